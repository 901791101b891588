package dev.balboa.nn.memory;

import java.util.List;
import java.util.stream.Collectors;

/** Where a block was allocated or a scope opened: the calling frames outside this package. */
final class CallSite {
  private static final int MAX_FRAMES = 24;
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final String HERE = CallSite.class.getPackageName() + ".";
  private static final List<String> INTERNAL = List.of("CallSite", "Allocator", "Scope", "Block");

  private final List<StackWalker.StackFrame> frames;

  private CallSite(List<StackWalker.StackFrame> frames) {
    this.frames = frames;
  }

  /** Walks the calling thread's stack. */
  static CallSite capture() {
    return new CallSite(
        WALKER.walk(s -> s.dropWhile(CallSite::internal).limit(MAX_FRAMES).toList()));
  }

  private static boolean internal(StackWalker.StackFrame frame) {
    String name = frame.getClassName();
    return name.startsWith(HERE) && INTERNAL.contains(name.substring(HERE.length()));
  }

  /** One frame a line, innermost first, each line {@code at class.method(file:line)}. */
  @Override
  public String toString() {
    return frames.stream()
        .map(f -> "at " + f.toStackTraceElement())
        .collect(Collectors.joining(System.lineSeparator() + "  ", "  ", ""));
  }
}
