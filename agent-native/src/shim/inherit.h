// Descriptors that CRIU is to give to the task.
#pragma once

// Opens PATH as descriptor N, as "N:PATH" says; as "N,FLAGS:PATH" says with those of open(2), where it is a FIFO. "N:terminal" is
// a new terminal that nobody sees. Returns 0, or an exit status after having said what failed.
int inherit_open(const char *specification);
