package dev.balboa.nn.train;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.graph.Profile;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A training step as one captured program for each shape of batch: forward, loss, backward,
 * clipping and the optimizer's update. The same numbers as the same step run eagerly, bit for bit
 * {@linkplain CompileOptions#withoutChains() without chains} and within rounding with them, without
 * its allocations and look-ups:
 *
 * <pre>{@code
 * try (CompiledStep step = new CompiledStep(model, adam, Losses::crossEntropy)) {
 *   double loss = step.run(x, y);
 * }
 * }</pre>
 *
 * <p>Model and loss run once per shape, on tensors without elements; see {@link
 * dev.balboa.nn.graph.Compiled} for what that means. Learning rate, momentum, step counts and
 * random keys are read anew at each step, so schedules work as before. Which parameters are frozen
 * is decided when a shape is captured. A loss or gradient norm that is not finite ends the step
 * before the optimizer updates anything; running statistics, which are written on the way forward,
 * have changed by then, as eagerly.
 *
 * <p>Ownership: model and optimizer stay the caller's; closing this frees the programs. Making a
 * step drops gradients that had been accumulated before.
 *
 * <p>Thread rule: one thread at a time; a second one is refused.
 */
public final class CompiledStep implements AutoCloseable {
  private Forward forward;
  private final Optimizer optimizer;
  private final Loss loss;
  private final RandomStream random;
  private final GradientClip clip;
  private final Compiled program;
  private final Tensor[] batch = new Tensor[2];
  private final AtomicBoolean busy = new AtomicBoolean();
  private boolean prepared;
  private double lossValue = Double.NaN;
  private double norm = Double.NaN;

  /** A step without clipping; random layers draw from a stream of seed 0. */
  public CompiledStep(Layer model, Optimizer optimizer, Loss loss) {
    this(model, optimizer, loss, null, new RandomStream(0), CompileOptions.defaults());
  }

  /**
   * A step.
   *
   * @param clip {@code null} for none
   * @param random what random layers draw from
   */
  public CompiledStep(
      Layer model,
      Optimizer optimizer,
      Loss loss,
      GradientClip clip,
      RandomStream random,
      CompileOptions options) {
    forward =
        new Forward(
            Objects.requireNonNull(model, "compiled step: model"), options.mixedPrecision());
    this.optimizer = Objects.requireNonNull(optimizer, "compiled step: optimizer");
    this.loss = Objects.requireNonNull(loss, "compiled step: loss");
    this.random = Objects.requireNonNull(random, "compiled step: random stream");
    this.clip = clip;
    CompileOptions one =
        options.withInstances(1).withNames(model.parameters()).withMixedPrecision(false);
    this.program = Compiled.asWritten(this::trace, one);
  }

  /**
   * Computes the model in mixed precision, see {@link Execution#mixedPrecision}; to be said before
   * the first step.
   */
  public CompiledStep mixedPrecision() {
    if (prepared) {
      throw new IllegalStateException("compiled step: precision must be set before the first step");
    }
    forward = new Forward(forward.model(), true);
    return this;
  }

  /** What random layers draw from. */
  public RandomStream random() {
    return random;
  }

  private List<Tensor> trace(List<Tensor> batch) {
    optimizer.zeroGrad();
    try (var _ = Execution.training(random);
        var _ = Execution.grad()) {
      Tensor output = forward.apply(batch.get(0));
      Tensor result = loss.apply(output, batch.get(1));
      if (result.shape().size() != 1) {
        throw new IllegalArgumentException(
            "compiled step: expected a loss of one element, got " + result.spec());
      }
      boolean wide = result.dtype() == DType.F64;
      Tensors.host("check loss", (in, _) -> checkLoss(wide, in[0]), List.of(), result.detach());
      result.backward();
      if (clip != null) {
        Tensor measured = clip.emit(optimizer.parameters());
        Tensors.host("note norm", (in, _) -> noteNorm(in[0]), List.of(), measured);
      }
      optimizer.step();
      return List.of(output.detach());
    } finally {
      optimizer.zeroGrad();
    }
  }

  private void checkLoss(boolean wide, MemorySegment value) {
    lossValue =
        wide
            ? value.getAtIndex(ValueLayout.JAVA_DOUBLE, 0)
            : value.getAtIndex(ValueLayout.JAVA_FLOAT, 0);
    if (!Double.isFinite(lossValue)) {
      throw new NonFiniteLossException(lossValue);
    }
  }

  private void noteNorm(MemorySegment value) {
    norm = value.getAtIndex(ValueLayout.JAVA_DOUBLE, 0);
  }

  /**
   * Makes a step.
   *
   * @return the loss of the batch before the update
   * @throws NonFiniteLossException if the loss is not finite
   * @throws dev.balboa.nn.optim.NonFiniteGradientException if clipping finds a gradient that is not
   */
  public double run(Tensor x, Tensor y) {
    begin(x, y);
    try {
      program.runInto(batch, null);
      return lossValue;
    } finally {
      end();
    }
  }

  /** Makes a step as {@link #run} and gives the model's output, in the innermost scope. */
  public Tensor runForOutput(Tensor x, Tensor y) {
    begin(x, y);
    try {
      return program.run(batch)[0];
    } finally {
      end();
    }
  }

  private void begin(Tensor x, Tensor y) {
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException("compiled step: it is running on another thread");
    }
    if (!prepared) {
      try (var _ = Scope.open()) {
        optimizer.state(); // creates it: what is captured has to exist
      }
      prepared = true;
    }
    batch[0] = x;
    batch[1] = y;
  }

  private void end() {
    batch[0] = null;
    batch[1] = null;
    busy.set(false);
  }

  /** The loss of the latest step; NaN before the first. */
  public double loss() {
    return lossValue;
  }

  /** The norm of the latest step's gradients before clipping; NaN without a clip. */
  public double norm() {
    return norm;
  }

  /** The program for batches of these shapes: every call with its places, and its memory. */
  public String plan(TensorSpec x, TensorSpec y) {
    return program.plan(x, y);
  }

  /** Makes some steps on one batch and says where the time went: the median of each call. */
  public Profile profile(int steps, Tensor x, Tensor y) {
    begin(x, y);
    try {
      return program.profile(steps, batch);
    } finally {
      end();
    }
  }

  /** The program behind it. */
  public Compiled program() {
    return program;
  }

  /** Frees the programs. */
  @Override
  public void close() {
    program.close();
  }
}
