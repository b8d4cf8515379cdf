// Makes system calls from a table, in the process that we hold: one stop for all of them, where a stop for each would cost
// 1,000 descriptors 20 ms. Copied into its memory, so it stands by itself. r15: the table (struct batch_call), which
// ends where the number is -1.
    .section .rodata
    .globl batch_begin, batch_end
    .hidden batch_begin, batch_end
batch_begin:
1:  mov (%r15), %rax
    cmp $-1, %rax
    je 2f
    mov 8(%r15), %rdi
    mov 16(%r15), %rsi
    mov 24(%r15), %rdx
    syscall
    mov %rax, 32(%r15)
    add $40, %r15
    jmp 1b
2:  int3
batch_end:
    .section .note.GNU-stack, "", @progbits
