package dev.balboa.nn.exec;

import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/**
 * Code that is being captured did what a graph cannot repeat, such as deciding on the elements of a
 * tensor. The message names the line that did it.
 */
public final class CaptureException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private static final String HERE = "dev.balboa.nn.";
  private static final List<String> INTERNAL =
      List.of("tensor.", "exec.", "graph.", "op.", "optim.");

  /** With a message of one's own, to which the line is added. */
  public CaptureException(String message) {
    super(message + "; at " + line());
  }

  /** The elements of a tensor were asked for, which exist only when the graph runs. */
  public static CaptureException elements(String what, TensorSpec spec) {
    return new CaptureException(
        what
            + ": the elements of "
            + spec
            + " do not exist while a graph is captured, so nothing can be decided on them; use"
            + " operations (where, clip, ...) or run this part eagerly");
  }

  /** The innermost line that is not the library's machinery; if a layer's, its caller's too. */
  private static String line() {
    List<StackTraceElement> lines =
        StackWalker.getInstance()
            .walk(frames ->
                frames
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .dropWhile(f -> isInternal(f.getClassName()))
                    .toList());
    if (lines.isEmpty()) {
      return "an unknown line";
    }
    StackTraceElement first = lines.getFirst();
    return first
        + lines.stream()
            .filter(_ -> isLibrary(first.getClassName()))
            .filter(f -> !isLibrary(f.getClassName()) && !f.getClassName().startsWith("java."))
            .findFirst()
            .map(f -> ", called from " + f)
            .orElse("");
  }

  private static boolean isInternal(String type) {
    return type.startsWith("java.")
        || (isLibrary(type) && INTERNAL.stream().anyMatch(p -> type.startsWith(p, HERE.length())));
  }

  /** Of the library and not of its tests. */
  private static boolean isLibrary(String type) {
    return type.startsWith(HERE) && !type.split("\\$", 2)[0].endsWith("Test");
  }
}
