// What the deputy does when it is told to.
#pragma once
#include <stdint.h>

// Return an errno value; those that succeed in ending the process do not return.

// Ends as a program that was killed by this signal does.
int order_die(uint32_t signal);

// Stops as a program that got this signal does, so that its shell sees it. Returns when it was continued; EAGAIN where the kernel
// did not stop it, as nobody could have continued it.
int order_stop(uint32_t signal);

// Sends a signal to a process of the task's user.
int order_pass(uint32_t signal, int32_t to);

// Gives up a descriptor that was the task's.
int order_close(uint32_t descriptor);
