package dev.balboa.bench.balboa;

import dev.balboa.bench.ModelContender;
import dev.balboa.bench.ModelTask;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.model.ResNet;
import dev.balboa.nn.model.TransformerClassifier;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Tensor;

/** Balboa's ready models, as users train them. */
abstract sealed class BalboaModels implements ModelContender {
  private final String name;
  private final boolean captured;
  private final boolean mixed;

  private BalboaModels(String name, boolean captured, boolean mixed) {
    this.name = name;
    this.captured = captured;
    this.mixed = mixed;
  }

  /** Eager, in F32. */
  public static final class Eager extends BalboaModels {
    /** For the service loader. */
    public Eager() {
      super("native", false, false);
    }
  }

  /** Eager, in mixed precision. */
  public static final class EagerBf16 extends BalboaModels {
    /** For the service loader. */
    public EagerBf16() {
      super("native, bf16", false, true);
    }
  }

  /** A captured step, in F32. */
  public static final class Captured extends BalboaModels {
    /** For the service loader. */
    public Captured() {
      super("captured", true, false);
    }
  }

  /** A captured step, in mixed precision. */
  public static final class CapturedBf16 extends BalboaModels {
    /** For the service loader. */
    public CapturedBf16() {
      super("captured, bf16", true, true);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void open(int threads) {
    NativeThreads.configure(threads);
  }

  @Override
  public Steps prepare(ModelTask task) {
    try (var _ = Scope.open()) {
      Layer model = model(task);
      Optimizer optimizer =
          switch (task) {
            case RESNET50 -> new Sgd(model.parameters(), task.rate()).momentum(0.9);
            case TRANSFORMER -> new Adam(model.parameters(), task.rate());
          };
      Tensor x =
          switch (task) {
            case RESNET50 ->
                Tensor.of(task.pictures(), task.batch(), 3, ModelTask.SIZE, ModelTask.SIZE);
            case TRANSFORMER -> Tensor.of(task.words(), task.batch(), ModelTask.LENGTH);
          };
      Tensor y = Tensor.of(task.labels());
      return captured
          ? new CapturedSteps(model, optimizer, x.keep(), y.keep(), mixed)
          : new EagerSteps(model, optimizer, x.keep(), y.keep(), mixed);
    }
  }

  private static Layer model(ModelTask task) {
    Layer model =
        switch (task) {
          case RESNET50 -> ResNet.resNet50(ModelTask.PICTURE_CLASSES);
          case TRANSFORMER ->
              new TransformerClassifier(
                  ModelTask.WORDS,
                  ModelTask.LENGTH,
                  ModelTask.TEXT_CLASSES,
                  ModelTask.BLOCKS,
                  TransformerOptions.of(ModelTask.WIDTH, ModelTask.HEADS, ModelTask.HIDDEN)
                      .normAfter()
                      .activation(UnaryKind.RELU)
                      .dropout(ModelTask.DROPOUT));
        };
    TensorSpec input =
        switch (task) {
          case RESNET50 ->
              new TensorSpec(Shape.of(1, 3, ModelTask.SIZE, ModelTask.SIZE), DType.F32);
          case TRANSFORMER -> new TensorSpec(Shape.of(1, ModelTask.LENGTH), DType.I32);
        };
    model.build(input, new RandomStream(1));
    return model;
  }
}
