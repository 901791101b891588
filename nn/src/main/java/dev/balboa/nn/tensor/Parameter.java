package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.Execution;

/**
 * A tensor that a model owns and training changes. Its memory belongs to no scope; closing the
 * model frees it.
 *
 * <p>Thread rule: any thread may read; writes ({@link #assign}, optimizer steps) are the training
 * thread's, and readers see them at no particular moment.
 */
public final class Parameter implements AutoCloseable {
  private final Tensor data;
  private final Tensor tensor;
  private final boolean trainable;
  private final RowLookups lookups = new RowLookups();
  private volatile boolean frozen;

  private Parameter(Tensor data, boolean trainable) {
    this.data = data;
    this.tensor = trainable ? data.withGrad() : data;
    this.trainable = trainable;
  }

  /**
   * A parameter that gradients flow into; takes over the tensor's memory, copying it if it is a
   * view.
   */
  public static Parameter trainable(Tensor initial) {
    return new Parameter(own(initial), true);
  }

  /**
   * State without gradient, such as running statistics; takes over the tensor's memory, copying it
   * if it is a view.
   */
  public static Parameter state(Tensor initial) {
    return new Parameter(own(initial), false);
  }

  private static Tensor own(Tensor initial) {
    return initial.detach().copy().keep();
  }

  /** The tensor to compute with: a leaf if trainable and not frozen. */
  public Tensor tensor() {
    return frozen ? data : tensor;
  }

  /** The same memory without gradient, to write to. */
  public Tensor data() {
    return data;
  }

  /** Whether it is a parameter, which gradients flow into unless frozen, and not state. */
  public boolean isTrainable() {
    return trainable;
  }

  /** Whether it is left as it is: no gradient flows into it, and state does not move. */
  public boolean isFrozen() {
    return frozen;
  }

  /** Freezes it, dropping its gradient, or lets it move again. */
  public void frozen(boolean value) {
    frozen = value;
    if (value) {
      zeroGrad();
    }
  }

  /** The accumulated gradient, {@code null} if there is none. */
  public Tensor grad() {
    return trainable ? tensor.grad() : null;
  }

  /**
   * Rows of a table [n, ...] at ids of any shape (I32 or I64, negative ones from the end): an
   * embedding whose gradient is that of the rows looked up, {@link #rowGradient}, and never as
   * large as the table.
   *
   * @throws IllegalArgumentException naming an id that is out of range
   * @throws dev.balboa.nn.exec.CaptureException while a training step is captured
   */
  public Tensor lookup(Tensor ids) {
    return trainable && !frozen && Execution.current().isRecording()
        ? lookups.lookup(data, ids)
        : data.indexSelect(0, ids);
  }

  /**
   * The accumulated gradient of the rows {@linkplain #lookup looked up}, {@code null} if there is
   * none; owned by the parameter. A gradient of the whole, if any, is {@link #grad} beside it.
   */
  public RowGradient rowGradient() {
    return lookups.gradient();
  }

  /** Drops the accumulated gradients. */
  public void zeroGrad() {
    lookups.clear();
    if (trainable) {
      tensor.zeroGrad();
    }
  }

  /** Overwrites the value with one of the same spec. */
  public void assign(Tensor value) {
    try (var _ = Execution.noGrad()) {
      data.assign(value);
    }
  }

  /** Frees value and gradient. */
  @Override
  public void close() {
    zeroGrad();
    data.close();
  }
}
