# What every session with gdb begins with, and the command py-bt.
set pagination off
set confirm off
set breakpoint pending on
set debuginfod enabled off
set print thread-events off
set print frame-arguments scalars

# load-py-bt loads the commands that come with the interpreter, py-bt, py-locals, py-up and others, from a script beside it that
# gdb loads by itself only from folders that it trusts. $has_py_bt then tells whether there is one.
python
import os, re

def python_scripts():
    """Where the script of the interpreter that is being looked at may lie."""
    for loaded in gdb.objfiles():
        path = os.path.realpath(loaded.filename)
        found = re.search(r"/(?:lib|bin/)(python3\.\d+)[^/]*$", path)
        if found:
            yield path + "-gdb.py"
            yield os.path.join(os.path.dirname(path), "..", "bin", found[1] + "-gdb.py")
            yield "/usr/share/gdb/auto-load" + path + "-gdb.py"

class LoadPyBt(gdb.Command):
    def __init__(self):
        super().__init__("load-py-bt", gdb.COMMAND_SUPPORT)

    def invoke(self, argument, from_tty):
        script = next(filter(os.path.exists, python_scripts()), None)
        if script is None:
            print("this interpreter came without its script for gdb")
        else:
            gdb.execute("source " + script)
        gdb.set_convenience_variable("has_py_bt", script is not None)

LoadPyBt()
end
