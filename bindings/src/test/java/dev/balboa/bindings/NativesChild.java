package dev.balboa.bindings;

/**
 * Main program of the child JVMs: loads the libraries and prints what came of it. Ends with 0 after
 * success and with 3 after a {@link NativeLoadException}, whose message it prints.
 */
final class NativesChild {
  private NativesChild() {}

  public static void main(String[] arguments) {
    if (Boolean.getBoolean("balboa.test.interrupt")) {
      Thread.currentThread().interrupt();
    }
    try {
      System.out.println(Natives.loaded().describe());
    } catch (NativeLoadException e) {
      System.out.println(e.getMessage());
      again(e);
      System.exit(3);
    }
    System.out.println(
        "OPENBLAS_THREAD_TIMEOUT="
            + new Libc().environment("OPENBLAS_THREAD_TIMEOUT").orElse("unset"));
    System.out.println("interrupted=" + Thread.currentThread().isInterrupted());
    for (String library : new String[] {"dnnl", "openblas", "gomp"}) {
      System.out.println(library + " has symbols: " + hasSymbol(library));
    }
  }

  /** A second call must fail in the same words. */
  private static void again(NativeLoadException first) {
    try {
      Natives.lookup("dnnl");
    } catch (NativeLoadException second) {
      System.out.println("same again: " + second.getMessage().equals(first.getMessage()));
    }
  }

  private static boolean hasSymbol(String library) {
    String symbol =
        switch (library) {
          case "dnnl" -> "dnnl_engine_create";
          case "openblas" -> "cblas_sgemm";
          default -> "omp_set_num_threads";
        };
    return Natives.lookup(library).find(symbol).isPresent();
  }
}
