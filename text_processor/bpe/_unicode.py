# Made by tools/generate_unicode_tables.py from the Unicode Character Database 16.0.0. Do not edit.
# Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt
"""Which characters have which property: for each one the gaps between its ranges and the lengths of these, in turn.

The numbers are stored as bytes of seven bits, the lowest first, with the high bit on all but the last; the bytes in base 85.
"""

RANGES = {
    "Lu": (
        "K^kQj0S6%g0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL50RaI40RaI40RaI40RaL50RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RjO50RaO70RaI50RsXA0RjO70|Eg80RaI40RjO50s#R60RsU60RjU72LS>B0s#U6"
        "0RaI40RaI40RaI40RaL50RaI40RaI40RaI40RaI40s#U60RsU60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI42Lb^C0s#R80RaI40RaI4p#lK`0RsUD0R{m90|5a60s#>L2_pdl0|Nm80RaI40RaI40RaI40RaI40RaI40R;g90RaL6GcW-G0RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaIC0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL50RaI4"
        "0RaI40RaI50RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI5Cdn2i0RaU8(gjwN5dj7(0t3JT0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40SN&C0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaIC2nYrW2nYxW1`7cJ0RaI40SE|41PlZW1PlcW1cm|u1OWpB0s{g80|f>F0RaI40R#dB3IYWIJpud_FfaiD0|Eg7"
        "0RaI41OWj80SE&D0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40SEyB0R#cf@&N$>0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaIM0RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaJr0RaI40RaI40RaI40RaO60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI43IPED0RjO50RaI40RaR70RaL50RaO60RaI40RaI40RaI40RaI40RaI80R;g80RaI40RaI40RaI40R#a70RjU71pxs80RaI47y+xU0UE^#"
        "D2M?hoB;~~4*>@O0_qJjodFiQ79fDD0U)5u0U8<_8X6h_0RjR60s;aA0SFoz8Ug_X0tf*I8v+3Y0R;g80|y%#8X6iJ8X6iJ8X6uMAsHbVAsHbV"
        "Apx}_A^"
    ),
    "Ll": (
        "VH!FCDHs6=0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI50RaI40RaI40RaI40RaI50RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL50RaI60s#R50s#X81OWm80|Np90s#R50RaL50RjO50s#X70RaL60s{sC0s#U6"
        "0RaI40RaI40RaI40RaI50RaI40RaI40RaI40RaI40RjR60RaO60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40S5vB0s;X61OWj70RaI40Yw2D!2tmQ0RsU80}=rnBLM;f0|5a60RaI40RaI40RaI40RaI40RaI41pxs90RjRuFaZGp0RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaIC0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RjO50RaI40RaI4"
        "0RaL50RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaIpDaRHo0t5I327(a@0ReR^KMesQW&r^K0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40SN&C0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaIC2nGrW2nYxU3J3@Y2o3@W2nYxW2n7KG1_1*D0RjjF0s;sK3IhQGk^%t(0s{dX0R#aA0RjRD1Ox#!0jm`-0RaO70RaI4"
        "0RaR70RjOA1pxs80RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI52LS;A1OW^t0RaU8lkx!p0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI469EAM0RaI4"
        "0RaI40RaI40RaI40RaI40RaI4hXDZr0RaI40RaI40RaO60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RadB0RaI50RaI40RaI40R#a70RjO50|5a60RaI40RaI40RaI40RaI40R;gC0RaI40RaI40RaI40RaI70RaI50RsU60RaI40RaI4"
        "0U7}V0ksAz1qlaGz@7mI3<aqO8qEnPhyf&<0Sf^S0S5sBgAOx&7P=N7fU5x@n#%zi8V3Oq8X6h|0RaIA0Sg)$8X6iJ8X6iJ8X6iJ8X6iL92o%y"
        "8W{lw8W{lw8W{lw8W{lw0RglQ3IP-b2KN&p"
    ),
    "Lt": (
        "#RCBX0RjOg0hK!l2nYxW3;_=TF98"
    ),
    "Lm": (
        "umutX3=Rbc0RaJp0RaU8-U9*V0Rf}|0*wL!1OXob2>}BEpaB7=0Rhwr0e=Ct1OeI&0c!!{1Od<k2Ce}=4FMu0u>}DQ0T2z}7XtAC0lxtO)dK-5"
        "1qA_N0$l@^-T?vP2?mY=0dfHx0(l8g0T%&j0|Nrp0|6ERi2(s@0Tlvg1PK9#r~v^j0^kn@0V)9rlM4YL0nobv1pEU7C<3Mg4L||`0gQkF1OW#D"
        "0<mB|$pHtg2Lay*0R"
    ),
    "Lo": (
        "ssRBH0e}Jl1O(6l0lNkp1OzQ00SY4m0b>CH7y=3d0s#;K0UjM$3jr7*6&5NP2MYxl0R|B%J2nFW5&;Ja5Dx?h0s;aS0S5sA0|WyB5CIJW0Rs*K"
        "3IPZP1OfsU0S5sB0RjO69|Qpb69W(l0RsUR0S5sB0R;mA5&;ha7Xb?h0s;aS0S5sB0R;mA9s&Ua4*?MY0R{sD0R#gA0RaI50|EmB0}K`cGzb9$"
        "0T%%f0|6QX0s#U79svXh0RsUS0SW;H0|6fb0Rj&K5eWeU0Vx6j5CH`P2m=@f1rh@o0SN&C0tY%U0RjvLI|2a#0R;gV0RaID0RjmD0tFWYAOSxJ"
        "0VEp*b1M`95C#MU0|5g92Ll8R3;}V;0s#a92LS;A1Oh1m1Og!e1Of*E0RaR84*@v=1Oh`P5OM4T0ucck1xp492NDev4iXLx0Rs;-C;>ww0W}8&"
        "0wMtc1x5-VF&+X13oHa0HWvvsumLX-2sR!K0tze|Bq;+59&rQ#1_1&C0lEkT_ZK)A7YPRe2LT5G2LT5G2LT5G2d4x9H30-x2mt|F1OWvr0bUUx"
        "Fc5$Qz%xLVqyYi<2tz0ci~<A@3Iaj_F-EBY0cQaN2LS^C1OXQvG!8O81_J>B0t*}p7a1J~FD(TE2?_-PDHj6)2ow+j1_J>DG64Yt0s;jB0RaIR"
        "0s{*N0S*QN1_A~N2LT6>0V5rxR}2>fF@!?y0s?A70RajD4FLrK0RaL50s(9x>jDx$0yZcNbOiy20ci>WEdn0{1_A~G1_A>k3;`Me69EDN4+0J%"
        "dxZlX12Hck4HN+g1||v~0we?ofB{ZoC<ruMGz_-_2^I<nm;nX?0Rb!l0s{d87YY{%A3+lV0tyxi8b&w<0zd%|1OWp99V#6I9U}+<92+(Y777y$"
        "5^hPi0VE~_0RgZADh2`&13MiG0SFc<5-t@R7YsEy0s;XIEg%^hBpm?)0SF@l0Sqt>1Qh`R0V5It8506O2LS;A1OX2L3I{JH2m%5E76AtV0s#dB"
        "0TKZW1s)0k0RjO5CIJB%0RaIlH4+3A10FCG0s#TI0WT>8Brp^KJ1Y$VM;j#vxdANG0SE#C0tf*D0T>Sf0RdhJ0w)jw0RbEV3MdBw6#)w_69E!Q"
        "#{nT92>~S$0WltM2LS>BCKUl01_1&AAPxb?0uv7b0Sy5nd;w3I2j&690n8L(53mRk1{s?l1;+%rH6G#(xdaCv5l;~w5->9r1rxIaD3t?C1p%)C"
        "_%8_72`LKqMWX@_0UZMZ0S*KRj01!cYXuDh2?q-BL;>{!Eg=EH0v-}9<O3V!0UiPY?*j(`1OWm84*|siy9xvW8vz0V0RjO53IPNG0RaI90R#a7"
        "0RaI40|5d70RjO50RaI40RaI40s#R61OW#D1OWsA0RajD5d{MQ1pyJnBH+yeAi5w1-T?xFEe^3d5AFn_6P^U(3(F=2;2;"
    ),
    "Mn": (
        "fCg}r0tJZzEdc=m0s#U60Z0ol6%YYs2Lc8H0s#ag0UjG$3pxo20T=`U2>}BE1uFwP2`U%?AU6R40R#vH0RsmL0v!Q50R#jH0Tcon0RjR!0R#dB"
        "0s;dA0UiPa0Sf{-0R#mB0t5jR0u}}V0XhK!0RaRE0S5vL0v-W90So~$0RsUy0RaOA0|5jF0t*5i0XhK!0R{mD0u%xq0yzQ%1PB2X0v!QJ0S5yC"
        "0a^h92Mh>e0RjmN2T1}O0RaI40XGf-1pxvD3jrhv0cHdN1_1&B0vQ4X0}uoa0RjRB0S^Jc1p~4N104b$0v-ZD0s#jI0RjsN0WAXo0d)c*0d@lf"
        "0to>I1KR-t0s%S!0S5sA0RaLC1_}ZJFb)9_F$6FH0R;g81pz1t3<4ko0s;X8H~|3y0|5a8ItT&+m;nO;4FLxP0R{mB0>%MA&;<<y0Rs&F7Xys}"
        "0bn4i1O#gW)awBO1PUMmPy&zw0RsU90T}`X0ha*+8WIfwCI}e|E(0(D0t5mACjmnS0s;a83;_rMF99<F0RsX81p)y9Dgp=r?g0S;0R#cCo&f>j"
        "1rQJr%?APE0Rfc(1%?d+0RjaCC<6omr2zuH1O!0^y#fMH1V#%n1bYEC4=Dix0ty2$1OfsF0X+jG1px>?0Sp2(2?_)P0bc_G0RaLA0RjP?0RaOD"
        "6#_W|0|6xm0|iC~4FLfG0RavIRR{tD0Ra~QR0aV71Ofp9?g0b_0s#UW0#yhC0RaMP0RaI51_1$O0RaI51OWwu0to>EfC2&m0R#b%0R#d91OXrl"
        "C<X!q2muKO0s}4$0Rol-2LT2F0a6wM2LS>B0(u4m0RaL52LS;{0s{d70owus3j#C+1pxs87Xjrd0R|7qSquXMz!L>K2bc%}KLk+$xS0V0;Uq2s"
        "7oY?K5eNbY9t4yD1G^751TqK#4gnSg0T0j$2LTZR2LS>B1!MuB0SEU20X+o#0|fp70^kJ)Z3nflFz^8"
    ),
    "Mc": (
        "gAxHZ0RjUE1OWmv0y+Z*0s;aG0V@GI1402h0|)^D0yP3U0RaI90s;aG0cHXL0s{j90}25t13d&i0y+T!1p)#A0to^f0S*E>0|f&C0}25u0!sr1"
        "2oeIy0s=n)s{sN80R{mA0vQ4d0|EyX0s;mC0SW{73;`YifdK&r2mu1x0t5mB1OfpD-~j?U0RaIC0RaLC29W^)FaZSt0R;g9Jpmp81Ofs9JOKg&"
        "0RaO7FbD_&s{sKO0k$Rr^X~xy0s&Y8G7ydd0xtnD0t5mA18xEW0vG`;0RaJR0RjRA0qp?-0RjO60RfZ90RaI4e*rB61Ojsb7y>&1Farq!4FO#P"
        "0|Eg7ssRHZ0y+W#1OfsA0|@~N0#pMB0RjO51OWm80c8US0s{eR0|o&B1Ofr=0RsjE0s(OY2m%2CZ2<uS1_5UQ0RjX8g#rT!0rvq00RjX80s#R5"
        "jsXJ*1Ox$80UZK90ha>-4gqQb2LS>B)d2+r0s#Tu0s;&HFaihy0RiZP0RyBQH)sO$!T|yX1^"
    ),
    "Me": (
        "hzSC;ECHSj1OWq!ivj}"
    ),
    "Nd": (
        "Fbbv&3Wfm+#sLbP0}6Hub_#Y1b_#Y1b_#Y1b_#Y1U<!5$Mhcb!3PuXX4hkj;tO5#v0Scx83I+<c0SZ<Mh5-r&3dWNH3Z?}LCJM#@3Kj}h3YG&3"
        "mZkv;h6@UY5efzhoCXSj0SY_{kO2yo0t(gw3U&(i0t#jd1{6#RrUMFQ3YG;5Rtok33PuX10}9rI0ScxP3RVh+0ScA`3iiGM3e*)cz!D0k0}A#7"
        "3ikmD)dmWdB?<"
    ),
    "Nl": (
        "?kxlF6e9uz{u}`r2@V6R?EwnVv;j5D0|5vDh5-etKyL"
    ),
    "No": (
        "vH=1G0RjWH5(fAJ26zL70SDOu2N4Oe0}8bW6!QoQ-~$1b4FLlN1`5Uj5GeuH1w2j`_5>d33IUV}1d0I)9tZ&sAPOfB@ah2u(Xjz7K?D&3)dCwN"
        "1hfhW83!i`O9d7NpaB8`5CSeh2{Zy814{*H2p9+{2g(8l-~u0>0SYPva0i9~6#D`c#R>wh0}1B_6VnD2hL-^co(31G$N>}#6l@vJDhZ(nI{^a$"
        "1WYXf55flx"
    ),
    "Pc": (
        "Ujg4g0uuq=y8{9k1MdL="
    ),
    "Pd": (
        "EdksL0W$%?907$00f`U>fgAw>0UrVc0UQCo0|65OZvl{-0|F%h3IVAB0pJ_~z5)R"
    ),
    "Ps": (
        "C;>779|67{0RaKt4gvlW0RsUh0XG2;0r~_10RbKXz6b#U0RaI40RaI40RaI}0U!YZ0RaI40RaJ&0|5a60RaI40RaI40RaI40RaI40Rcb(0RbTa"
        "r3e850RaI40T}@j0RaI40RaK50|5a60RaI40RaO60RaI40RaL5p_&5$*8u??0RaI40RaI40RaI40RaI60TBTK0RaK30Rb`r9{~da0s#"
    ),
    "Pe": (
        "DFHJ99|64`0RaKt4gskX0XG2;0r~_10RbKXz6b#U0RaI40RaI40RaI}0U!YZ0RaI40RaJ&0|5a60RaI40RaI40RaI40RaI40Rcb(0RbTar3e85"
        "0RaI40W1Ll0RaI40jvW70RaI40RaI40|5a60RaI40s@|z0|D6q0UZGW0RaI40RaI40RaI40RsUM0RaI40jdE3GXWm~0s#U6"
    ),
    "Pi": (
        "s{sM*J^=y(0s$ET$QuCx0R#a80S^HK0R"
    ),
    "Pf": (
        "y8!{+J^=#(90AB10RaI70RjOJ0RsU"
    ),
    "Po": (
        "Ap-#e0s#R50RjpF0|FZXL;(c>4gv=Oz6AjY0n!5oDFHSC0s#U6ECLh)0RjyH0Ru_|W&tY>=>Y>a4<7-A0s;yFi~#|70eJz20|5*H?*ai@0SW@B"
        "0S^HIZ~;mM1Ojgcs{sMz1PO%(0ek~T0-XT^0Rtrl0R*`M0@wipfB^>q2A}}~3I`kmd;~iMJ_0}p3jx9g0tg5Q2?7KH0|N^I0Rak{83X|WZ~>12"
        "0t5pB0RjmD0s#R60ty8I3IYTH0RasH1FQoBIRU)^0fOiO0*wL#V*v^Qa|ZkZ1Xcnl0|5as0xtn!4G;o+1bzY#0{H;}q@)1{0s$5Q6aoSS0|NmB"
        "2LlEH0Roi)0|5g90RaI40tx~H0viD&0RjS=0|T4|0Wblc0|Dm+0mlIW9|4d82_^w>2SNu~1h@wUECjs)2W<iY1bzfC0#5`40Sy5G16T%Y0jdH5"
        "0RnOb3IYKEXaV{G7ij|=4NL)o0R#L20f+(vn*jk_2vY+A1zif)0RdkHDguQC0!j_90Riv`1^gBQ`*Z?@0Rce;2mz=B1E&H6#{vPonE?UkI|cI="
        "0p11z"
    ),
    "Sm": (
        "D*+G#Jplm$Edc}pB>^7+{sjS#1OvM?0Sy5s0}TU<0Rblk1_49`1p)*C0s#U62LT@f0s#R5AB+MZ0$Kqc87KzT0|5yEHVAJ4&;kVl9|{nF0)qh-"
        "KLj8Gf&wrV0tVcl0|B@O0RaP~0Ra#LJplm$g8=~s1fd%Ov62G;837*w837*w837*w837*w83C*=0s"
    ),
    "Sc": (
        "BmsQ{=?MXQ0rCR^@&f_~0rdd^hXMh`1Ob~90mKm@_l^Pq!>a)SYyp}90owrr0|NFx1fGTi0k9JR"
    ),
    "Sk": (
        "UI76CM*#)_1OWp9i39`;4h07R0Ra(p0S*F!3IVh(0RaOG0}TTW0}TS4Ap+y<0T&4ZX9Ca%0S*GjpaBv41_1#9q5%Py=mP}"
    ),
    "So": (
        "rU3y00R#a70nrBmiUI<E0?q*e3IP)W_W=Qe1OfE|0fGSr0Re;o0nY&eDFKHA0}lZK0|EvV0RaI40fhkw0R{mA1q8(b0`LV2(**(21p%D_BH;oG"
        "2?>J>0s#a80tx{E0tN;F0RaI40R#aH0uBKI0s#R!0tp2I1OWm80s#jB9|8ga0RbP30tf^Y0tW(70UjAB21phQQBD@O0RagCHVAJ4_yH^|K!5^("
        "1TYl>1}6d_0cqs{2IT?*E*b$@4Aub}5Cj1Y0t^8a0tN!m0s;gIASMX`5FZO32mucu3MUW10>CpskgWkX;RXZ>0s#TN1OvvU0T6!yEd%5O0RsU9"
        "0u2JW0tq=00s{dJ0|75B`V0ck1OfIK0hJL51QE)X0R#mB)}jFc;~ww<5VQlF0dzd}0SYGqJOu+50tX%hJrzO&0lEQKsR@7tHv}>W0S*BI$PEG9"
        "76E|)0nr641Y`^k0uKQX0VNlq0XQ8EECdM$0uBb60s8?3*aZX;0}TUr1YZUW1OX2W1ULu^1}F#~0t^HKKGXsX4gw7W3I#X^4+0AY2?vt_0bB"
    ),
    "Zs": (
        "AOU{?-zx$C5(^{&F9Dz*0R"
    ),
    "Zl": (
        "s6YV"
    ),
    "Zp": (
        "sXze"
    ),
    "Cc": (
        "03cr>"
    ),
    "Cf": (
        "tpNej3I-MdzySd<0e}MnPywqR0sIdI8U-;00Sb@30|EH~1HmBy4*}vv5a5sk1kWi5hTSj$9$)"
    ),
    "Co": (
        "fWQNQGJuXa{{I64{{I6"
    ),
    "Cs": (
        "fUpCA5C"
    ),
    "Arabic": (
        "fD8oz1_2HM0|6ib3JV$mYyl!rFz^8%0Rja}0Uglf19K4T0s>G1HU|M95O4(nhXLarA43B-1c1H+1OXcX0s#R60RajD1OWj70R{mC0RaI40RaO6"
        "0s#R60RaI40RaI40RaL50RjX82LS{D1OWj73IP!X0|5mA5i|k"
    ),
    "Armenian": (
        "u?i*vG6DmG>jMP"
    ),
    "Bengali": (
        "fD;4(2m%5E76AtV0RsdA2?7EF1PB2H0s#dA82"
    ),
    "Bopomofo": (
        ">IDLsTq|%O"
    ),
    "Common": (
        "06`iC8ZQA40R<NU9|6GwCj|up6m$Uz0R{m90sRC41_2HM0|6iboB;uZ1Ob5o0@(=xl>-E#0s-#}14jbO0RjO5%?SYw0S5#D1_1*C0fhz(0#^YG"
        "0}BBU5g|V&0RsXC0UH4kDFXzW1r`expa*~g^aKJR0cn5)UXlY90RaIS4+sPVTLJ?CS^|>+5FjQA0Wd%xQ7-{lr~$w;K!CCVB4z`n0Sfd10iXc^"
        "ivs};0@9-a0?+{p79#-@0R)o)0RbQy1{w<r0WAVR2LT5P1%d(t1T6yzPz^IJ<N+I`^8y6i9{K?Wv;&+0bUgL}3MT?S0}%)U2Ob1H)d3U?6bx4h"
        "8HWK?0Y?D>0s#U70t5jJ0RaIA0YL!-0tf*I0UQAY0R;g80|x=r0s^E00y6O^L`*%x1uO()3=aYi0S^Hs3a$Y-8UX?gECdM$0uBb60oVrw5d#ea"
        "cLZMs3<LoW3<Nj`3I-?$9s&#m0zT9N3=RSf0}2H=2M+=Z1_=j~0Rd)*h%f;jU;"
    ),
    "Cyrillic": (
        "fCz;F0;vJeE(@Rm0ZaksARxf-0bq`=0Rn);13n=E"
    ),
    "Devanagari": (
        "fD%yz4+0wCz5*bC<N*o"
    ),
    "Ethiopic": (
        "fFwx)1Of*E0RaR8DFFlmAprye2LS;A1Og8MIROL$LjoWJ8s;+>2?qfO0S5sG0S5sG0S5sGqWS>_0tNyG2?qfOvH1iC0R#a80S^"
    ),
    "Georgian": (
        "pdls!0R;g9D**(M7b^k-z#t|80R;g"
    ),
    "Greek": (
        "@CF0{0|EpA0R#a70RaO60Ra>NKMoM4G6gaP1O-$9zycNm1_CAm1_B5H0RaI40RbNZH31I+4gv-N69NMP38w-9zLWw1+N%Li5dq(z14a"
    ),
    "Gujarati": (
        "ffWM*2>}BE76AtV0s#dA3IPKF0|EgL1Of~P2L"
    ),
    "Gurmukhi": (
        "ffNG)1_S~E76AtV0s#U60s;X61q1>D0|NmE1OWjD5d"
    ),
    "Han": (
        "fL$5^Sq#<zF987o83_&q#0S7LK!BtHfU*JZ0s?A?>Hz`_0*;^p;LQRcx*!JL0Rn<84zW59?gXL}o&@3x%O(ZjAO"
    ),
    "Hangul": (
        "fFghbt~>&P0$y<+K_B7m0Ud({q*n|V1Tmyf9|Hyg1_A~G0{"
    ),
    "Hebrew": (
        "kqb8n8w3WZ>H``91pxs80s#U63I"
    ),
    "Hiragana": (
        "!C+Pf1L6J!p8^sA9Rsa_0Ra"
    ),
    "Inherited": (
        "fCg}t0s_PX3mO671q9n7AAtk|0Sy5M1OWyC0|LeYK#T+e!T}+<9t3Lw<(dN!5Dw1=0pbAx+8_bM_W~{g7oY?K5eNbY9t6_fFz^8"
    ),
    "Kannada": (
        "fEf(|0|6HS3IPQI2>}BE1P1~J0s#a93IPK"
    ),
    "Katakana": (
        "p<!AA1MmS5&;c(2SdN$j3IQ$B-~t2z2LS>B0iOZ`G64<*"
    ),
    "Khmer": (
        "fG=JG3I+=110V"
    ),
    "Lao": (
        "fgJ(?0RaU87y$tR7Xk$V0RaaA3IYT"
    ),
    "Latin": (
        "K^g`cF98n$1s4Gy0l@<&1)DS`1~CN$1q}g4L4X4B0s##H5Dkq10tNva0TC(J6(FMZ0cHb30s;X60SFZium&pu2>}F_p8*G&2pR?&r4R-IDgg<_"
        "t^*$i1^"
    ),
    "Malayalam": (
        "fEo<}0|7Gu0|5pE5CR$"
    ),
    "Mongolian": (
        "fG`3A0Ra>SSqCe%`vVO"
    ),
    "Myanmar": (
        "fFPg&z_J1#VIa`h0Tc"
    ),
    "Sinhala": (
        "fg1w>5(5|k2>}5D2Lk~F1_1#92nGrQ1MG(c6a"
    ),
    "Tamil": (
        "f)@e-1_J{D1OoyA0RaL70s{jB3<L!O0|5jA0R{mM6~(6nG7SL"
    ),
    "Telugu": (
        "fEWz{0|6HS5CRDS0|5jF0s#X80RjX93I_="
    ),
    "Thai": (
        "fgCyo8~"
    ),
    "Tibetan": (
        "fF4KzBm^e`BmoZr2Lu8"
    ),
    "Alphabetic": (
        "K^g`cF98Yx1OWvX0UrU%0|X2X1qT5E0agJW5&;4N1OWjC0RaO60Ra>NQvr(s2&Mr6CISHlDJKpA0RaL50s#RC8w3O$3k5g<2M%Td2m}ZO0}2BI"
        "0T3_^Wf&m|0t5jC7y=U$83zjm7y$+d0SGDz3<C!SOaTx90|XBZ69EVU0s<BR2LS;C1Oo^H0s;a70SEyE0s#dK0tx{H0|5pE0s<BR2LS>B0s#U9"
        "1q1>D0t5jE1OWjN1`7iL2>}BE76AtV0s#dB2>}BE0s{dL1Qi4X0|5vE0s<BR2LS>B1p^2I0s;aF0t5m91q}fZ0s#gC0|5jB0s#R50s{gA0|N{M"
        "1p@;C0|NmD0VoXt0|6HS5CaGS0|5gF0s#X80RjXZ1OW&E0|6HS3IPQJ2mu2D0|){J0s#aK0}KrT0|6-l2mu2D0|5aA1P28c1_1*B5(5|k2>}5D"
        "2M7iM0RadS0u4F^2L=H%0s#R51pycV0Ra;M0|EsB0R{mM1Rw!F2mvGn69f<eBttg=0RjaOKner`CIJBj0Rk%l%>n@g0tW#B0R#dm0R#de0R#dE"
        "0RaI70uKQ>0R#d=B@hr+0tN%@1OgEO8U;%O3kMVn6$}&%4FLlI0t_?)6Al3c0Yg~_D+NXh9{~&m2^Ss$1q&<$8a5mRKLQjo0T%)b12HrK4*>`>"
        "Dgp!wECCA+Hx>g5BmxTsD*^*41OWyC0s{dBzyT8?3zh-`1_CAm1_B5H0RaI40RbNZH30_!0Rsa82Ll8G1_TWS0|5tg0Sy5V4P^lY0RjpE0RsgF"
        "0RaI40RaR73jzcM1q1;RDXj)HmJa0s1_T2F3?=~q1pxv$2LTWl2?qfO0S5sG0S5sG0S5sG0U$2{)dK?=2?qrN1q4<G0|8nA1O+PrUJ)QL5P$^0"
        "GeC{40YfeVjRFG@3IY@_1qcIiCkX;)0z(1<0RaIB6%+v>7&Ht-0Rb!q0|5a83Lym}4IKkB0SpfT5D*Fl0XGQ_5*GtS0RaI47y|+j0t5>N0tNyG"
        "2?qfO0V@Fx2748xR}2>fF@!?y0s?9#2Mh%T3;_)R1pxs80s#U6Y$59c5<mhrC=7H30fzx38U`8*Spx<F1_A~G10xIp8UYgl0s#*K4kCL+HH!ir"
        "12Hck4ITw61s(z<1PB2IDxLunBm^V`C<rtR3jq%S2LS>B3jq%S2LS>DGz_-_2^I<n7zP0<0SQG00s#Rm0RjU70v8Gw2_Hcd0RjpZ3K~W@1_D3?"
        "0RjaG0RsUYDjfqIBM1Q;8#W3S3KI<yZb>&Y4KocWA{+w&1sD1ODggom0uTc?0RtTh0SFc<5-t@R7YRly1qwL{0Sy@!GZ6#`BLe{mKmh~^0tx{E"
        "0V5ItA_4&h1U?4=0RaR74*?1XITr*02m%5E76AtV0s#dB2m%5E0s{dC0R;yf3IPEE0Rbif3IPEE0RaR70s{d70W3lR0|5jS10F&G0s#TI0X6~$"
        "83rOh0RaO6J2nCVM;ihT6$iNiIcGp02m%2D2mt~C9svRZ0s;hG2m&qw1_1#90vj^|3K2*J0TM~a0U;j=0WARs0Rb@{0u})dNe2M}0W1Rn0RjO7"
        "0RaL67zP0X0VM$f0R#a7#{w4#5dkR!18)IOng?cY5ySz^6k!jr2oVMun;!+o1i3XY(G9r-2Okkn5grmS5Ck6;1rx9XEz<!&fB{PcIR_Cy0s#RG"
        "0uJ~u2-XQH3g<-x0S5sB0iyyB0UZMZ0S*KRj01!cYXuDh2?q)U0pTuH0Y?D>0s#U70t5jJ0RaIA0YL!-0tf*I0UQAY0R;g80|x=r0s<KU837*w"
        "837*w837*w837*w8372i4j%>v)d2?q5dsGR0s#dDJ|O{cEeZz^0l@+u5-j8c9OMBW0s-#>2LS{D0s#*J#Q{4+0|5g8v<U<O8vz0V0RjO53IPNG"
        "0RaI90R#a70RaI40|5d70RjO50RaI40RaI40s#R61OW#D1OWsA0RajD5d{MQ1pyKC1R4e!1{(Gp;LQRcx*!JL0Rn<84zW59?gXL}o&@3x%O(Zj"
        "AO"
    ),
    "Uppercase": (
        "K^kQj0S6%g0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL50RaI40RaI40RaI40RaL50RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RjO50RaO70RaI50RsXA0RjO70|Eg80RaI40RjO50s#R60RsU60RjU72LS>B0s#U6"
        "0RaI40RaI40RaI40RaL50RaI40RaI40RaI40RaI40s#U60RsU60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI42Lb^C0s#R80RaI40RaI4p#lK`0RsUD0R{m90|5a60s#>L2_pdl0|Nm80RaI40RaI40RaI40RaI40RaI40R;g90RaL6GcW-G0RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaIC0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL50RaI4"
        "0RaI40RaI50RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI5Cdn2i0RaU8(gjwN5dj7(0t3JT0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40SN&C0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaIC2nYrW2nYxW1`7cJ0RaI40SE|41PlZW1PlcW1cm|u1OWpB0s{g80|f>F0RaI40R#dB3IYWI8W0l!vIZKk4lpnQ"
        "0RsX70RaI40R#a70s#mE0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RadB0RaR7&GG>O0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI469EAM0RaI4"
        "0RaI40RaI40RaI40RaI40RaI4hXDZr0RaI40RaI40RaI60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40SW;D0RaL50RaI40RaI70RaI50RaI60RaI40RaI40RaI40RaI40RaI41px&C0RaI40RaI40RaI40RaR70RaL70R;g80RaI40T=<R"
        "t^pdw2`GpGB%A>Y0S^HO0Rrj`Go1kzx)vaSs{tUO%K;i18X6iJ0RaL60RjR71OW&d8X5ut1Of;F2O9zb1OWvB0Rsmc8X6iJ8X6iJ8X6iN86g=V"
        "86g=V86g3+A|j3u8U`8$8U"
    ),
    "Lowercase": (
        "VHz(13IPNGBp3k*0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI50RaI40RaI40RaI40RaI50RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL50RaI60s#R50s#X81OWm80|Np90s#R50RaL50RjO50s#X70RaL60s{sC"
        "0s#U60RaI40RaI40RaI40RaI50RaI40RaI40RaI40RaI40RjR60RaO60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40S5vB0s;X61OWj70RaI40Yw2M2Lc`iU;!%u0RaO60t6BP8zTV%0|Nm80RaI40RaI40RaI40RaI40RaI40R;g80s#U7GcW-G"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI42>}5C0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL5"
        "0RaI40RaI40RaI50RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI4Fe%3tD**)f1qOl<2>}6hzyU!40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaIC0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40SO2O3J3@Y2nGrW2nYxc0tg5Q2nYxT0RjdA0|Nm92m}HG2nY%T0Rnje4FM1hZ2<!U0|6TW1OWsA0s;sG1OXus"
        "1Odwi8paMV0RaO70RaI40RaR70RjOC0|5a60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI52LS;A1OW^t0RaU8lkx!p0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI469EAM0RaI40RaI40RaI40RaI40RaI40RaI6g#iHp0RaI40RaI40RaO60RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI43IPED0RjO50RaI40RaI70RaI50RaO60RaI40RaI40RaI40RaI40RaI80R;g80RaI40RaI40RaI40R#a7"
        "0RjO70RaI40RaI40RaIP0|5a61GNS#0S*RGz@7mI3<aqO8qEnPhyf&<0Sf^S0S5sB!vg^V0|6=l355zXeHOYFAb_g@Aezeo8X5-y5*ivB1OWj7"
        "2LTHj8X6iJ8X6iJ8X6iJ8X6iJ92^+|1{xUw1{xUw1{xUw1{xUw1_1%I4hjJj1_p%!KC}@c"
    ),
    "White_Space": (
        "2?Y`XWC0oh-zx$C5(^yy1pzMspdSG"
    ),
    "Emoji": (
        "BLM~h1qyEg1Obgd0Sp1y0Ra{PS_TgS?*al00j2=~84Cmh#{mK70RjpE2?06;0R;&G0s#U70s#a80s#R60s#X70|E#G1pxs81q=%U0s#R60Ra*L"
        "0s;~S0RaI50|EsB0s;gA3jzfK0s#dA0RaI56aobX0R#d81OWm80tNvA0s#R50RaX90|5pB3IY!S0s#a80RaR90RamFFarqz4gn4U^a29U0|OHR"
        "GXVqv+6e&+0oeor0Rigz1_8<e0iXc_3<3@T0t!nS0Rk5R6afMW6#}jSA_8y%0s#X8Qvw44hXMgV3kCrg2Lb{J3;_ZJ0s#a94FUoI2m%QK1p^EN"
        "2m=BE0RaR71_1*B239ae1qcEI1PTKI0RjU70t({+3<Lq20xtmy0l5Ki4Fd`VI0p{`3kC@"
    ),
    "Ideographic": (
        "hF}622@V6r2f#BxfTRI{vH|V_0&0rt0RbEMF9_BNDGKLEj01$40pQI7Ai5w1-T?xFEe^3d5AFn_6P^U(3(F=2;2;"
    ),
    "Math": (
        "D*+G#9|0W!0Rb%m1OX)h9|70}0|EgW0s;e%1OtsU0UHAg0RsUI0S*Ke1q%g14FmxL0t5vT0R#a83IPEE1_l8G0s;a70|5pD4gmo~7y$+W0t5mC"
        "AOQge0uGD<2m}-YS^*v#0Rb2R3kSUe0t^ZS1_S~E0s{pO0RaI51`7xU0yzNz0UZPh1JD9MfC7L7Fcks@+@Avhw+03Q0ipo`5Ca_n0RbHW0Re*n"
        "0R{x28v^i*162V>0RjR60s;aA0So~F0S5s=0R#dF0S5sb0R#aB0RaOC0n`ElqyhpmfGh+78vz0V0RjO53IPNG0RaI90R#a70RaI40|5d70RjO5"
        "0RaI40RaI40s#R61OW#D1OWsA0RajD5d{MQ1pyH>0s"
    ),
    "Join_Control": (
        "j6eb"
    ),
}

# Simple case folding: the difference between a character and the one before it, and between what it folds to and itself,
# doubled, plus one if that is negative.
FOLDING = (
    "K|ldO0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvjTaFA1KmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAj"
    "KmkAjKmkAjKmkAjKmtGkKmkAjKmkAjKmkA^0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;aA0s;a80s{g90s;a8"
    "0s;a80s;a80s{g90s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a8^8o<@0s;a80+|E?qyqs00s;b@0|5d8ngaov0|5d9"
    "o&f=r0|Ax;0RjS=0|A}`0;U52q5}Z}1f~N4ssjS70|5d80s;a8v;zSG0<;4I0s^!H0RjTD0|BxF0RjR70=5GI0t5mG1OWm91OWm91OWm90s;a8"
    "0s;a80s;a80s;a90s;a80s;a80s;a80s;a80s{mA0s;a8!vO(t0RjR70s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80)+ws0s;a8"
    "0s;a80s;a80s;a80tnWq0RaL6#{vP+r~v~40*3<uiU9$R0RaL60s;a80s;c}0q6lM0s;aA0tx5=2TTG=0ZIW%0)PPmegS?0KmkAjKmkAjKmkAj"
    "KmkAjKmkAjKmkAjKmkAjKmkAjKmtGkKmkAjKmkAjKmkAjKmkA(0u2xWJpnTW9|0`_0s;a80s;a80s;a80s;a80s;a80s;a8Z2@5ec>#d|0s;aL"
    "0RjVs0s(~r0fhnqpaB7(0Rf-^0iXc^paB7(0Rf-^0iXc^paB7(0Rf-^0iXc^paB7(0Rf-^0iXc^KmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAj"
    "KmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkB80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80tx~G0s;a80s;a80s;a80s;a8"
    "0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a89svRZ0s;a80s;a80s;a90s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a8"
    "0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a9U;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tO"
    "U;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$vt7Qk@<z;OY<aRI<_0l;wqz;OY<aRI<_0l;wqz;OY<aRI<_0l;wq"
    "z;OY<aRI<_0l;wqz;OY<aRI<_0l;wqz;OY<aRI<_0l;wqz;OY<aRI<_0l;wqz;OY<aRI<_0l;wqz;OY<aRI<_0l;wqz;Ob=aR$I~s|FDP5djea"
    "5djea5rYw(VF8<A0f}J&g<%1OVF8C>0r_A7$zTD7rvw242Z1jEfiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8"
    "fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9Crs0f8?8fiD4pF9U%u0f8?8fiJ-V"
    "0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a8"
    "0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80ta;i|8@cb0s;a80s;a80s;a80s;a80s;a8"
    "0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;yV0TBTa0TBTa0TBTa"
    "0TBri0TBTa0TBTa0TBxk0TBTa0TBTa0TBTa0TBri0TBTa0TBTa0TBTa0TBri0TBTa0TBTa0TB!l0ucfc0uc!j0TBTa0TBTa0TBTa0TCGy0TBTa"
    "0TBTa0TBTa0TBri0TBTa0TBTa0TBTa0TBri0TBTa0TBTa0TBTa0TBri0TBU}0Rfc(0TTj?a0;yf0j&W6tpNe80Ra;Shj9fF0TBVo0RhPY2<LDG"
    "5djea;Q;~R0RayTfdT=60s;L20sR316RHBcbp-!{0RfGH0S7oPAORo&AORo&AORo&AORo&AORo&AORo&AORo&AORp00<#7*0W<+L0W<+L0W<+L"
    "0W<+L0W<+L0W<+L0W<+L0W<+L0W<+L0W<+L0W<+L0W<+L0W`4=U;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tO"
    "U;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$tOU;$t;0s`-+0RhcB0neua0|Ej90s;cLr~v`{rvU-Kr~v`Jr~v{30|E*E"
    "r~v{0r~v^20s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a8"
    "0s;a80s;a80s;a80s;a80s;vF0s;jB&hh~Q0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a86aoSQ0s;a80s;a80s;a8"
    "0s;a80s;a80s;a8hyelu0s;a80s;a80s;aA0s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a80s;a8"
    "0t*5H0s@Js1OWm90s;a80s;aB0s_&L1p@*C0t5mA0s;a80s;a80s;a80s;a80s@JZ1p%Lx1p$|p1p$MV1p$eb1p=j%1p(ER1p%v+1p&Yg0RjR7"
    "0s;a80s;a80s;a80$~A%l?4Ius00B50s;chl?4F;1Of&E0s;a80)v?a83OwTq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}n"
    "q2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}n"
    "q2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}n"
    "q2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}nq2B}n"
    "q2B}nq2B}nq2B}nq2C0?o&f@!2tWZq0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj#tBdXPytW@PytW@PytW@"
    "PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@PytW@P>BIh0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@"
    "0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z;)@0Z^R*P618<P618<P618<P618<P618<P6AE=P618<P618<P618<"
    "P618<P618<P618<P618=P618<P618<P618<P6AE=PU{VT0Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk"
    "0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}GkfB^x30Reyk0e}Gk"
    "fB^x30Reyk0e}IX0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvj0YCvjyB0tJKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAj"
    "KmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjK!K|PKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAjKmkAj"
    "KmkAjKmkAjKmkCZ^#McyL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;*wrL;"
)
