package dev.balboa.nn.layer;

/** The block in which a {@link LayerObserver} observes; belongs to the thread that opened it. */
public final class Observation implements AutoCloseable {
  private static final ThreadLocal<Observation> CURRENT = new ThreadLocal<>();

  private final LayerObserver observer;
  private final Observation outer;

  Observation(LayerObserver observer) {
    this.observer = observer;
    outer = CURRENT.get();
    CURRENT.set(this);
  }

  /** Who observes this thread, {@code null} if nobody. */
  static LayerObserver current() {
    Observation innermost = CURRENT.get();
    return innermost == null ? null : innermost.observer;
  }

  /**
   * Gives the thread back to the outer observer.
   *
   * @throws IllegalStateException on another thread, or when an inner block is still open
   */
  @Override
  public void close() {
    if (CURRENT.get() != this) {
      throw new IllegalStateException(
          "observation: blocks are closed innermost first, on the thread that opened them");
    }
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }
}
