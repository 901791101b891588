package dev.balboa.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One job that every contender does in the same way on the same numbers. A task is data: what has
 * to be computed, never how.
 *
 * <p>All tensors are f32 in the logical layout NCHW / OIHW; labels are class numbers.
 */
public sealed interface Task {
  /** The name in tables, on the command line and in JMH's parameters, such as {@code sgemm-256}. */
  String name();

  /**
   * Floating-point operations of one run, counting a multiply-add as two; 0 where the number says
   * nothing.
   */
  double flops();

  /** The section of the table that the task stands in. */
  Group group();

  /** The sections of the table. */
  enum Group {
    /** General matrix products. */
    SGEMM,
    /** The two convolutions of the network, alone. */
    CONVOLUTION,
    /** One step of training and one pass of inference of the network. */
    NETWORK,
    /** One layer of a recurrent network, forward and with gradients. */
    RECURRENT,
    /** Whole models: inference and steps of training. */
    MODEL,
    /** Work so small that only the way to it counts. */
    TINY
  }

  /**
   * {@code C = A B} with A of {@code m x k} and B of {@code k x n}, row-major, into memory that
   * exists already.
   */
  record Sgemm(int m, int k, int n) implements Task {
    @Override
    public String name() {
      return m == k && k == n ? "sgemm-" + n : "sgemm-" + m + "x" + k + "x" + n;
    }

    @Override
    public double flops() {
      return 2.0 * m * k * n;
    }

    @Override
    public Group group() {
      return Group.SGEMM;
    }
  }

  /** Which way a convolution is computed. */
  enum Direction {
    /** The result, with bias. */
    FORWARD,
    /** Gradients of weights and bias, and of the input if it is not the image itself. */
    BACKWARD
  }

  /**
   * One convolution of the network: 3 x 3, stride 1, padding 1. The input has {@code size x size}
   * pixels.
   */
  record Conv2d(
      String label, int batch, int inChannels, int outChannels, int size, Direction direction)
      implements Task {
    /** The first convolution of the network; its input needs no gradient. */
    static Conv2d first(int batch, Direction direction) {
      return new Conv2d("conv1", batch, 1, 32, 28, direction);
    }

    /** The second convolution of the network. */
    static Conv2d second(int batch, Direction direction) {
      return new Conv2d("conv2", batch, 32, 64, 14, direction);
    }

    /** Whether the backward direction yields a gradient of the input too. */
    public boolean needsInputGradient() {
      return inChannels > 1;
    }

    @Override
    public String name() {
      return label + (direction == Direction.FORWARD ? "-forward-b" : "-backward-b") + batch;
    }

    @Override
    public double flops() {
      double forward = 2.0 * batch * outChannels * inChannels * 9 * size * size;
      return direction == Direction.FORWARD
          ? forward
          : needsInputGradient() ? 2 * forward : forward;
    }

    @Override
    public Group group() {
      return Group.CONVOLUTION;
    }
  }

  /**
   * One step of training the network on the next batch: gradients to zero, forward, mean cross
   * entropy, backward, Adam with a learning rate of 0.001.
   */
  record TrainStep(int batch) implements Task {
    @Override
    public String name() {
      return "cnn-train-b" + batch;
    }

    @Override
    public double flops() {
      double first = Conv2d.first(batch, Direction.FORWARD).flops();
      return 3 * Cnn.forwardFlops(batch) - first;
    }

    @Override
    public Group group() {
      return Group.NETWORK;
    }
  }

  /** The network's logits for the next batch, without any record for gradients. */
  record Inference(int batch) implements Task {
    @Override
    public String name() {
      return "cnn-infer-b" + batch;
    }

    @Override
    public double flops() {
      return Cnn.forwardFlops(batch);
    }

    @Override
    public Group group() {
      return Group.NETWORK;
    }
  }

  /** The sum of two vectors as a new tensor, by the eager interface: what one call costs. */
  record Add(int elements) implements Task {
    @Override
    public String name() {
      return "add-" + elements;
    }

    @Override
    public double flops() {
      return 0;
    }

    @Override
    public Group group() {
      return Group.TINY;
    }
  }

  /** A recurrent cell, with its name and its number of gates. */
  enum Cell {
    /** Long short-term memory. */
    LSTM(4),
    /** The gated unit that resets after the product, as PyTorch's does. */
    GRU(3),
    /** A plain cell with the hyperbolic tangent. */
    TANH(1);

    private final int gates;

    Cell(int gates) {
      this.gates = gates;
    }

    /** The name in tables. */
    public String key() {
      return this == TANH ? "rnn" : name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One recurrent layer of {@link #UNITS} units over {@link #BATCH} sequences of {@link #LENGTH}
   * steps of {@link #INPUTS} numbers, time-major, from zero states: the hidden states of all steps,
   * and with {@code gradients} those of input and recurrent weights too.
   */
  record Recurrent(Cell cell, boolean gradients) implements Task {
    /** Sequences. */
    public static final int BATCH = 32;

    /** Steps. */
    public static final int LENGTH = 100;

    /** Numbers a step. */
    public static final int INPUTS = 128;

    /** Units. */
    public static final int UNITS = 256;

    @Override
    public String name() {
      return cell.key() + (gradients ? "-step" : "-infer");
    }

    @Override
    public double flops() {
      double forward = 2.0 * BATCH * LENGTH * cell.gates * UNITS * (INPUTS + UNITS);
      return gradients ? 3 * forward : forward;
    }

    @Override
    public Group group() {
      return Group.RECURRENT;
    }
  }

  /**
   * The result of a whole model for one batch: ResNet-50's logits, or the Transformer encoder's
   * output for words that are embedded already.
   *
   * @param bf16 whether products are computed in BF16
   */
  record ModelInference(ModelTask model, int batch, boolean bf16) implements Task {
    @Override
    public String name() {
      return model.key() + "-infer-b" + batch + (bf16 ? "-bf16" : "");
    }

    @Override
    public double flops() {
      return batch * model.forwardFlops();
    }

    @Override
    public Group group() {
      return Group.MODEL;
    }
  }

  /** A step of training a whole model; each contender starts from its own random weights. */
  record ModelStep(ModelTask model) implements Task {
    @Override
    public String name() {
      return model.key() + "-train-b" + model.batch();
    }

    @Override
    public double flops() {
      return 3 * model.batch() * model.forwardFlops();
    }

    @Override
    public Group group() {
      return Group.MODEL;
    }
  }

  /**
   * The gradients of the weights and the bias of a linear map of {@code width} to {@code width}
   * numbers, for one row and the sum of its results, by the eager interface.
   */
  record LinearStep(int width) implements Task {
    @Override
    public String name() {
      return "linear-1x" + width + "-step";
    }

    @Override
    public double flops() {
      return 0;
    }

    @Override
    public Group group() {
      return Group.TINY;
    }
  }

  /** Every task, in the order of the table. */
  static List<Task> all() {
    List<Task> tasks = new ArrayList<>();
    for (int size : new int[] {256, 512, 1024, 2048}) {
      tasks.add(new Sgemm(size, size, size));
    }
    tasks.add(new Sgemm(1, 1024, 1024));
    for (int batch : new int[] {32, 128}) {
      for (Direction direction : Direction.values()) {
        tasks.add(Conv2d.first(batch, direction));
        tasks.add(Conv2d.second(batch, direction));
      }
    }
    for (int batch : new int[] {1, 32, 128}) {
      tasks.add(new TrainStep(batch));
    }
    for (int batch : new int[] {1, 32, 128}) {
      tasks.add(new Inference(batch));
    }
    for (Cell cell : Cell.values()) {
      tasks.add(new Recurrent(cell, false));
      tasks.add(new Recurrent(cell, true));
    }
    for (ModelTask model : List.of(ModelTask.TRANSFORMER, ModelTask.RESNET50)) {
      tasks.add(new ModelInference(model, 1, false));
      tasks.add(new ModelInference(model, 8, false));
      tasks.add(new ModelInference(model, 8, true));
      tasks.add(new ModelStep(model));
    }
    tasks.add(new Add(16));
    tasks.add(new LinearStep(16));
    return List.copyOf(tasks);
  }

  /** The task of that name; IllegalArgumentException with the names that exist otherwise. */
  static Task named(String name) {
    return all().stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no task '"
                    + name
                    + "'; there are "
                    + all().stream().map(Task::name).collect(Collectors.joining(", "))));
  }
}
