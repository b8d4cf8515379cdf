// The VM's attach socket (jcmd, jstack): a listening unix socket that was bound to one name and renamed to another, so that no
// restore could bind it again.
#pragma once

// Takes the socket away, if there is one. The next jcmd makes the VM open a new one.
void attach_listener_remove(void);
