package io.sojourn.victim;

/** Says one line, shows one class of ours that it should find and several that it should not. */
final class Hello {
  private Hello() {}

  public static void main(String[] names) {
    System.out.println("hello");
    for (String name : names) System.out.println(name + " " + visible(name));
  }

  private static boolean visible(String name) {
    try {
      Class.forName(name, false, Hello.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException hidden) {
      return false;
    }
  }
}
