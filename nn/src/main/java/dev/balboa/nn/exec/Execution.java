package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Value;
import java.util.List;
import java.util.Objects;

/**
 * How operations run on the current thread: on which executor, whether they are recorded for
 * gradients, and whether layers behave as in training. Set for a lexical block and inherited by
 * nothing else:
 *
 * <pre>{@code
 * try (var _ = Execution.noGrad()) { ... }
 * }</pre>
 *
 * <p>Without any block a thread runs on the native backend, records, and is not training. Being a
 * property of the block and not of the model, a model can serve inference on one thread while
 * another one trains it.
 *
 * <p>Thread rule: immutable; each thread has its own stack of blocks.
 */
public final class Execution {
  private static final ThreadLocal<Execution> CURRENT = new ThreadLocal<>();

  private final EagerExecutor eager;
  private final boolean recording;
  private final RandomStream training;
  private final Executor executor;

  private Execution(EagerExecutor eager, boolean recording, RandomStream training) {
    this.eager = eager;
    this.recording = recording;
    this.training = training;
    this.executor = recording ? new TapeExecutor(eager, 0) : eager;
  }

  /** The execution in force on this thread. */
  public static Execution current() {
    Execution e = CURRENT.get();
    return e != null ? e : Executors.root();
  }

  static Execution root(EagerExecutor eager) {
    return new Execution(eager, true, null);
  }

  /** Runs what follows on another executor. */
  public static Frame on(EagerExecutor executor) {
    Execution e = CURRENT.get();
    Objects.requireNonNull(executor, "execution: executor");
    return push(new Execution(executor, e == null || e.recording, e == null ? null : e.training));
  }

  /** Records nothing in what follows: no gradient history, no graph memory. */
  public static Frame noGrad() {
    Execution e = current();
    return push(new Execution(e.eager, false, e.training));
  }

  /** Records in what follows, also inside a no-grad block. */
  public static Frame grad() {
    Execution e = current();
    return push(new Execution(e.eager, true, e.training));
  }

  /** Layers behave as in training in what follows; random layers draw from {@code random}. */
  public static Frame training(RandomStream random) {
    Execution e = current();
    return push(
        new Execution(
            e.eager, e.recording, Objects.requireNonNull(random, "execution: random stream")));
  }

  /** Layers behave as in inference in what follows. */
  public static Frame inference() {
    Execution e = current();
    return push(new Execution(e.eager, e.recording, null));
  }

  private static Frame push(Execution next) {
    Frame frame = new Frame(CURRENT.get(), next);
    CURRENT.set(next);
    return frame;
  }

  /** The executor below any recording. */
  public EagerExecutor eager() {
    return eager;
  }

  /** Whether gradients are recorded. */
  public boolean isRecording() {
    return recording;
  }

  /** Whether layers behave as in training. */
  public boolean isTraining() {
    return training != null;
  }

  /**
   * The stream that random layers draw from.
   *
   * @throws IllegalStateException outside a training block
   */
  public RandomStream random() {
    if (training == null) {
      throw new IllegalStateException(
          "execution: random numbers are drawn only inside a training block");
    }
    return training;
  }

  /** Applies an operation, recorded or not. Results belong to the innermost open {@link Scope}. */
  public List<Value> apply(Op op, List<Value> inputs) {
    return executor.apply(op, recording ? inputs : Gradients.withoutHistory(inputs));
  }

  /** The block for which an execution is in force. */
  public static final class Frame implements AutoCloseable {
    private final Execution previous;
    private final Execution own;
    private boolean closed;

    private Frame(Execution previous, Execution own) {
      this.previous = previous;
      this.own = own;
    }

    /**
     * Restores what was in force before.
     *
     * @throws IllegalStateException on another thread, or when an inner block is still open
     */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      if (CURRENT.get() != own) {
        throw new IllegalStateException(
            "execution: blocks are closed innermost first, on the thread that opened them");
      }
      closed = true;
      if (previous == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(previous);
      }
    }
  }
}
