/* ckpt-shim: the parent of a restored task. */
#include <stdio.h>

int main(void)
{
    fputs("usage: ckpt-shim restore|hold ...\n", stderr);
    return 2;
}
