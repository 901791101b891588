package dev.balboa.bindings;

import java.util.Locale;

/**
 * The platforms that native libraries are built for, named as their resource directories are.
 *
 * <p>Immutable; safe to share between threads.
 */
public enum NativePlatform {
  /** Linux on x86-64. */
  LINUX_X86_64("linux-x86_64"),
  /** Linux on 64-bit ARM. */
  LINUX_ARM64("linux-arm64"),
  /** macOS on Apple silicon. */
  MACOSX_ARM64("macosx-arm64"),
  /** Windows on x86-64. */
  WINDOWS_X86_64("windows-x86_64");

  private final String id;

  NativePlatform(String id) {
    this.id = id;
  }

  /** Returns the name used in resource paths, such as {@code linux-x86_64}. */
  public String id() {
    return id;
  }

  /**
   * Returns the platform this JVM runs on.
   *
   * @throws UnsupportedOperationException if no native libraries exist for it
   */
  public static NativePlatform current() {
    return of(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  static NativePlatform of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    boolean x64 = osArch.equals("amd64") || osArch.equals("x86_64");
    boolean arm64 = osArch.equals("aarch64") || osArch.equals("arm64");
    if (os.startsWith("linux") && x64) {
      return LINUX_X86_64;
    }
    if (os.startsWith("linux") && arm64) {
      return LINUX_ARM64;
    }
    if (os.startsWith("mac") && arm64) {
      return MACOSX_ARM64;
    }
    if (os.startsWith("windows") && x64) {
      return WINDOWS_X86_64;
    }
    throw new UnsupportedOperationException(
        "no native libraries for os '" + osName + "' on '" + osArch + "'");
  }
}
