// Stands in for a function of unknown signature: counts the call, calls the function with all its arguments, and returns what
// it returned. Entry n is guard_entries + 16 * n and belongs to guard_functions[n].
//
// A call has a frame of its own, with unwind information, so debuggers, profilers and exceptions see through it. Arguments on
// the stack are copied, STACKED bytes of them; a function that has more cannot be guarded. All argument registers pass
// untouched (of the vector registers' upper halves only where the thread need not wait), and so do both result registers of
// each kind. r10 and r11 are free at a call's start: r11 is the procedure linkage table's, r10 a nested function's, which no
// import table ever calls. See the System V ABI, AMD64 supplement, 3.2.

#define GUARD_FUNCTIONS 256
#define FUNCTION_SIZE 32 // sizeof (struct guard_function)
#define TARGET 0         // struct guard_function
#define FUNCTION 0       // struct guard_thread
#define FRAME 8          // struct guard_thread
#define STACKED 128

  .hidden guard_functions
  .hidden guard_native_gate
  .hidden guard_self
  .hidden guard_trampoline_arrive
  .hidden guard_trampoline_unwound

  .text
  .balign 16
  .globl guard_entries
  .hidden guard_entries
  .type guard_entries, @function
guard_entries:
  .cfi_startproc
  .set n, 0
  .rept GUARD_FUNCTIONS
  .balign 16
  endbr64
  leaq guard_functions + n * FUNCTION_SIZE(%rip), %r11
  {disp32} jmp trampoline
  .set n, n + 1
  .endr
  .cfi_endproc
  .size guard_entries, . - guard_entries

  .balign 16
  .type trampoline, @function
trampoline:
  .cfi_startproc
  .cfi_personality 0x1b, guard_trampoline_unwound
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  .cfi_offset %rbx, -24
  pushq %r11 // the mark, see guard_native.h; it keeps the stack aligned, too

  movq guard_self@gottpoff(%rip), %r10
  movq %fs:(%r10), %rbx
  testq %rbx, %rbx
  jz 3f
  cmpq $0, FUNCTION(%rbx)
  jne 4f
1:
  movq %rbp, FRAME(%rbx)
  movq %r11, FUNCTION(%rbx)
  // No fence here: who closes the gate has the kernel fence us, see guard_thread.h.
  cmpl $0, guard_native_gate(%rip)
  jne 3f
2:
  subq $STACKED, %rsp
  .set at, 0
  .rept STACKED / 8
  movq 16 + at(%rbp), %r10
  movq %r10, at(%rsp)
  .set at, at + 8
  .endr
  call *TARGET(%r11)
  movq $0, FUNCTION(%rbx)
  movq -8(%rbp), %rbx
  leave
  .cfi_remember_state
  .cfi_def_cfa %rsp, 8
  .cfi_restore %rbx
  .cfi_restore %rbp
  ret
  .cfi_restore_state

  // The long way: this thread's first call, or the gate is not simply open.
3:
  subq $192, %rsp
  movq %rax, (%rsp)
  movq %rdi, 8(%rsp)
  movq %rsi, 16(%rsp)
  movq %rdx, 24(%rsp)
  movq %rcx, 32(%rsp)
  movq %r8, 40(%rsp)
  movq %r9, 48(%rsp)
  movq %r11, 56(%rsp)
  movdqu %xmm0, 64(%rsp)
  movdqu %xmm1, 80(%rsp)
  movdqu %xmm2, 96(%rsp)
  movdqu %xmm3, 112(%rsp)
  movdqu %xmm4, 128(%rsp)
  movdqu %xmm5, 144(%rsp)
  movdqu %xmm6, 160(%rsp)
  movdqu %xmm7, 176(%rsp)
  movq %r11, %rdi
  movq %rbp, %rsi
  call guard_trampoline_arrive
  movl %eax, %ebx
  movq (%rsp), %rax
  movq 8(%rsp), %rdi
  movq 16(%rsp), %rsi
  movq 24(%rsp), %rdx
  movq 32(%rsp), %rcx
  movq 40(%rsp), %r8
  movq 48(%rsp), %r9
  movq 56(%rsp), %r11
  movdqu 64(%rsp), %xmm0
  movdqu 80(%rsp), %xmm1
  movdqu 96(%rsp), %xmm2
  movdqu 112(%rsp), %xmm3
  movdqu 128(%rsp), %xmm4
  movdqu 144(%rsp), %xmm5
  movdqu 160(%rsp), %xmm6
  movdqu 176(%rsp), %xmm7
  addq $192, %rsp
  testb %bl, %bl
  jz 5f
  movq guard_self@gottpoff(%rip), %r10
  movq %fs:(%r10), %rbx
  jmp 2b

  // Inside another call already, which counts. Unless that one was left without a return.
4:
  movq FRAME(%rbx), %r10
  cmpq %r10, %rbp
  ja 1b
  movq FUNCTION(%rbx), %r11
  cmpq -16(%r10), %r11
  movq -16(%rbp), %r11
  jne 1b
5:
  movq -8(%rbp), %rbx
  leave
  .cfi_def_cfa %rsp, 8
  .cfi_restore %rbx
  .cfi_restore %rbp
  jmp *TARGET(%r11)
  .cfi_endproc
  .size trampoline, . - trampoline

  .section .note.GNU-stack, "", @progbits
