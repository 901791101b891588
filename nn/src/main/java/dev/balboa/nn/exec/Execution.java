package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

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

  private final BaseExecutor base;
  private final boolean recording;
  private final RandomStream training;
  private final boolean mixed;
  private final Origin origin;
  private final Executor executor;

  private Execution(
      BaseExecutor base, boolean recording, RandomStream training, boolean mixed, Origin origin) {
    this(base, recording, training, mixed, origin, recording ? new TapeExecutor(base, 0) : base);
  }

  private Execution(
      BaseExecutor base,
      boolean recording,
      RandomStream training,
      boolean mixed,
      Origin origin,
      Executor plain) {
    this.base = base;
    this.recording = recording;
    this.training = training;
    this.mixed = mixed;
    this.origin = origin;
    this.executor = mixed ? new MixedPrecision(plain) : plain;
  }

  /** The execution in force on this thread. */
  public static Execution current() {
    Execution e = CURRENT.get();
    return e != null ? e : Executors.root();
  }

  static Execution root(EagerExecutor eager) {
    return new Execution(eager, true, null, false, Origin.NOWHERE);
  }

  /** Runs what follows on another executor, and not in mixed precision. */
  public static Frame on(BaseExecutor executor) {
    Execution e = CURRENT.get();
    Objects.requireNonNull(executor, "execution: executor");
    return push(
        e == null
            ? new Execution(executor, true, null, false, Origin.NOWHERE)
            : new Execution(executor, e.recording, e.training, false, e.origin));
  }

  /** Records nothing in what follows: no gradient history, no graph memory. */
  public static Frame noGrad() {
    Execution e = current();
    return push(new Execution(e.base, false, e.training, e.mixed, e.origin));
  }

  /** Records in what follows, also inside a no-grad block. */
  public static Frame grad() {
    Execution e = current();
    return push(new Execution(e.base, true, e.training, e.mixed, e.origin));
  }

  /** Layers behave as in training in what follows; random layers draw from {@code random}. */
  public static Frame training(RandomStream random) {
    Execution e = current();
    return push(
        new Execution(
            e.base,
            e.recording,
            Objects.requireNonNull(random, "execution: random stream"),
            e.mixed,
            e.origin));
  }

  /** Layers behave as in inference in what follows. */
  public static Frame inference() {
    Execution e = current();
    return push(new Execution(e.base, e.recording, null, e.mixed, e.origin));
  }

  /**
   * Computes convolutions, linear maps, products, attention and recurrent layers of what follows in
   * BF16; softmax, reductions, losses and the statistics of normalisations stay in F32, and so do
   * parameters and their gradients. For the forward pass: a backward pass runs in the types that
   * were recorded.
   *
   * @throws UnsupportedOperationException if the backend has no BF16 arithmetic on this processor
   */
  public static Frame mixedPrecision() {
    Execution e = current();
    e.base.requireBf16Arithmetic();
    return push(new Execution(e.base, e.recording, e.training, true, e.origin));
  }

  /**
   * Runs a part of a model without keeping what is computed on the way; the backward pass computes
   * it once more, with the same random keys. Gradients are the same bits, for less memory and about
   * a third more time. Without recording, {@code body} just runs.
   *
   * @param body computes one value by operations
   */
  public static Value recomputed(Supplier<Value> body) {
    Execution e = current();
    if (!e.recording) {
      return body.get();
    }
    Recomputation repeated = new Recomputation(e.base);
    Execution inner = new Execution(e.base, true, e.training, e.mixed, e.origin, repeated);
    return repeated.run(() -> {
      try (var _ = push(inner)) {
        return body.get();
      }
    });
  }

  /** Hands every operation of what follows to {@code around}, backward passes included. */
  public static Frame intercept(Interceptor around) {
    return on(current().eager().intercepted(around));
  }

  /**
   * Checks every result of what follows, backward passes and optimizer steps included. The first
   * operation that makes a number which is infinite or not a number throws a {@link
   * NonFiniteException} that names it. Infinities that are meant, such as those of a mask, are
   * allowed: those that come from the data or from a constant, and what comes of them.
   */
  public static Frame checkFinite() {
    return intercept(new FiniteCheck());
  }

  /**
   * Names what follows, for interceptors: layers give their path and type. Of blocks within each
   * other the innermost counts. The name is asked for only where operations are intercepted.
   */
  public static Frame within(Supplier<String> place) {
    Execution e = CURRENT.get();
    return e == null || !e.isIntercepted()
        ? Frame.NONE
        : e.push(new Origin(place.get(), e.origin.isBackward(), e.origin.differentiated()));
  }

  /** What follows is a backward pass, of {@code op} at {@code place} if it is of one. */
  static Frame backward(String place, Op op) {
    Execution e = CURRENT.get();
    return e == null || !e.isIntercepted() ? Frame.NONE : e.push(new Origin(place, true, op));
  }

  private boolean isIntercepted() {
    return base instanceof EagerExecutor eager && eager.isIntercepted();
  }

  private Frame push(Origin next) {
    return push(new Execution(base, recording, training, mixed, next));
  }

  /** What the operations of this thread are a part of. */
  static Origin origin() {
    Execution e = CURRENT.get();
    return e == null ? Origin.NOWHERE : e.origin;
  }

  private static Frame push(Execution next) {
    Frame frame = new Frame(CURRENT.get(), next);
    CURRENT.set(next);
    return frame;
  }

  /** The executor below any recording. */
  public BaseExecutor base() {
    return base;
  }

  /**
   * The executor below any recording, for what needs data.
   *
   * @throws CaptureException while a graph is captured
   */
  public EagerExecutor eager() {
    if (base instanceof EagerExecutor eager) {
      return eager;
    }
    throw new CaptureException("execution: data is needed while a graph is captured");
  }

  /** Whether operations are captured instead of run, so that no tensor has elements. */
  public boolean isCapturing() {
    return !(base instanceof EagerExecutor);
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

  /** Calls back into Java; see {@link BaseExecutor#host}. */
  public List<Value> host(
      String name, HostFunction function, List<TensorSpec> outputs, List<Value> inputs) {
    return base.host(name, function, outputs, Gradients.withoutHistory(inputs));
  }

  /** The block for which an execution is in force. */
  public static final class Frame implements AutoCloseable {
    /** Closing it changes nothing. */
    private static final Frame NONE = new Frame();

    private final Execution previous;
    private final Execution own;
    private boolean closed;

    private Frame() {
      this(null, null);
      closed = true;
    }

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
