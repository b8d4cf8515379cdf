/* Entry points of libmigrate.so. */
#include <jni.h>

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
    (void)vm;
    (void)reserved;
    /* Every supported JDK (17 and newer) knows this version. */
    return JNI_VERSION_10;
}
