package dev.balboa.bench.balboa;

import dev.balboa.bench.Inputs;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One convolution forward or backward. Whoever runs it has switched gradients off. */
final class Convolution implements Workload {
  private static final Window WINDOW = Window.square(3, 1, 1);

  private final Task.Conv2d task;
  private final Tensor src;
  private final Tensor weights;
  private final Tensor bias;
  private final Tensor diffDst;

  /**
   * @param betweenLayers whether images are in the layout that a convolution before this one would
   *     leave them in, instead of NCHW
   */
  Convolution(Task.Conv2d task, boolean betweenLayers) {
    this.task = task;
    src = images(41, task.inChannels(), betweenLayers);
    weights =
        Workloads.kept(
            Inputs.normal(42, task.outChannels() * task.inChannels() * 9),
            task.outChannels(),
            task.inChannels(),
            3,
            3);
    bias = Workloads.kept(Inputs.normal(43, task.outChannels()), task.outChannels());
    diffDst = images(44, task.outChannels(), betweenLayers);
  }

  private Tensor images(long seed, int channels, boolean betweenLayers) {
    int size = task.size();
    Tensor plain =
        Workloads.kept(
            Inputs.normal(seed, task.batch() * channels * size * size),
            task.batch(),
            channels,
            size,
            size);
    return betweenLayers ? throughConvolution(plain, channels) : plain;
  }

  /** The same numbers as the result of a 1 x 1 convolution with the identity. */
  private static Tensor throughConvolution(Tensor plain, int channels) {
    float[] identity = new float[channels * channels];
    for (int i = 0; i < channels; i++) {
      identity[i * channels + i] = 1;
    }
    try (plain;
        var _ = Scope.open()) {
      Tensor weights = Tensor.of(identity, channels, channels, 1, 1);
      return Functions.conv(plain, weights, null, Window.square(1, 1, 0), 1, Activation.IDENTITY)
          .keep();
    }
  }

  private List<Tensor> compute() {
    if (task.direction() == Task.Direction.FORWARD) {
      return List.of(Functions.conv(src, weights, bias, WINDOW, 1, Activation.IDENTITY));
    }
    List<Tensor> gradients =
        new ArrayList<>(
            Tensor.apply(new ConvBackwardWeights(WINDOW, 1, weights.shape(), true), src, diffDst));
    if (task.needsInputGradient()) {
      gradients.addAll(
          Tensor.apply(new ConvBackwardData(WINDOW, 1, src.shape()), diffDst, weights));
    }
    return gradients;
  }

  @Override
  public void run() {
    try (var _ = Scope.open()) {
      compute();
    }
  }

  @Override
  public double checksum() {
    try (var _ = Scope.open()) {
      return compute().stream().mapToDouble(Workloads::magnitude).sum();
    }
  }

  @Override
  public void close() {
    src.close();
    weights.close();
    bias.close();
    diffDst.close();
  }
}
