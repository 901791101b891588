package dev.balboa.nn.memory;

/**
 * One thing that was never closed.
 *
 * @param kind what it is
 * @param bytes the bytes it holds: of the block, or of all blocks of the scope
 * @param thread the name of the thread that allocated or opened it
 * @param site the stack at that point, one frame a line, innermost first
 */
public record LeakReport(Kind kind, long bytes, String thread, String site) {
  /** What was not closed. */
  public enum Kind {
    /** A block allocated without a scope, or kept. */
    BLOCK,
    /** A scope with the blocks in it. */
    SCOPE
  }

  @Override
  public String toString() {
    String what = kind == Kind.BLOCK ? "block of " : "scope holding ";
    String how = kind == Kind.BLOCK ? "allocated" : "opened";
    return what
        + bytes
        + " bytes, never closed, "
        + how
        + " by thread '"
        + thread
        + "'"
        + System.lineSeparator()
        + site;
  }
}
