// The point of a restore at which the node daemon says whether it goes on.
#pragma once

// Tells the gate, which runs as a child of CRIU, whose stdin and stdout it is to use: ours.
void gate_announce(void);

// As CRIU's action script. Returns the exit status: anything but 0 makes CRIU give up.
int gate(const char *action);
