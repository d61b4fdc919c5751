/* Gives a fuzz target the inputs that are in files, where there is no libFuzzer to do it: PROGRAM FILE…
 * Each lies in a block of exactly its size, so that a sanitizer sees every byte read behind it. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static bool replay(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return false;
    long nbytes = ftell(file);
    if (nbytes < 0 || fseek(file, 0, SEEK_SET) != 0) return false;
    uint8_t *data = malloc((size_t)nbytes);
    if (data == NULL && nbytes > 0) return false;
    bool is_read = fread(data, 1, (size_t)nbytes, file) == (size_t)nbytes;
    fclose(file);
    if (is_read) LLVMFuzzerTestOneInput(data, (size_t)nbytes);
    free(data);
    return is_read;
}

int main(int argc, char **argv)
{
    LLVMFuzzerTestOneInput(NULL, 0);
    for (int i = 1; i < argc; i++) {
        if (!replay(argv[i])) {
            perror(argv[i]);
            return 1;
        }
    }
    printf("%d inputs replayed\n", argc);
    return 0;
}
