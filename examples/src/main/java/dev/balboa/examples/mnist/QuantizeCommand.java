package dev.balboa.examples.mnist;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.model.ResNet;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.quantize.Calibration;
import dev.balboa.nn.quantize.Int8;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.LogListener;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.Trainer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares a trained network in F32, BF16 and on bytes: accuracy and time. */
@Command(
    name = "quantize",
    description = "Compares a trained network in F32, BF16 and int8: accuracy and time.",
    mixinStandardHelpOptions = true)
final class QuantizeCommand implements Callable<Integer> {
  private static final long SEED = 42;
  private static final int TRAINING_BATCH = 128;

  /** What is compared. */
  enum Kind {
    CNN,
    RESNET18
  }

  @Mixin private DataOptions data;

  @Option(
      names = "--network",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}",
      defaultValue = "cnn")
  private Kind kind;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where models are, or are written once trained. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/quantize")
  private Path out;

  @Option(
      names = "--epochs",
      description = "Of training where there is no model. Default: ${DEFAULT-VALUE}",
      defaultValue = "2")
  private int epochs;

  @Option(
      names = "--batch",
      description = "Pictures in a run. Default: ${DEFAULT-VALUE}",
      defaultValue = "100")
  private int batch;

  @Option(
      names = "--samples",
      description = "Training pictures to calibrate on. Default: ${DEFAULT-VALUE}",
      defaultValue = "500")
  private int samples;

  @Option(names = "--threads", description = "Native threads. Default: one a core.")
  private Integer threads;

  private final PrintStream log = System.out;

  @Override
  public Integer call() throws IOException {
    if (epochs < 1 || batch < 1 || samples < 1) {
      throw new IllegalArgumentException(
          "expected --epochs, --batch and --samples >= 1, got %d, %d and %d"
              .formatted(epochs, batch, samples));
    }
    Engine.threads(threads);
    Digits digits = data.load(log);
    log.println("data: " + digits.description());
    try (var _ = Scope.open();
        Layer model = model(digits)) {
      List<Tensor> some = inputs(digits, Math.min(samples, digits.train().size()));
      Int8 int8 = Int8.calibrate(model, some, Calibration.minMax());
      CompileOptions plain = CompileOptions.defaults();
      Map<String, CompileOptions> all = new LinkedHashMap<>();
      all.put("f32", plain);
      all.put("bf16", plain.withMixedPrecision());
      all.put("int8, min-max", int8.options());
      all.put("int8, percentile 99.99", int8.with(Calibration.percentile(99.99)).options());
      all.put("int8, percentile 99.9", int8.with(Calibration.percentile(99.9)).options());
      all.put("int8, entropy", int8.with(Calibration.entropy()).options());
      log.printf("%-24s %10s %12s %12s%n", "", "accuracy", "ms a run", "agrees");
      int[] reference = null;
      for (var each : all.entrySet()) {
        try (Compiled compiled = model.compile(each.getValue())) {
          reference = row(each.getKey(), compiled, digits, reference);
        }
      }
    }
    return 0;
  }

  private Layer model(Digits digits) throws IOException {
    int side = digits.format().side();
    Layer model = kind == Kind.CNN ? Network.create(side, SEED) : ResNet.resNet18(10);
    if (kind == Kind.RESNET18) {
      model.build(Shape.of(1, side, side), SEED);
    }
    String name = kind.name().toLowerCase(Locale.ROOT) + side + ".safetensors";
    return StoredModel.ready(model, out.resolve(name), log, built -> train(built, digits));
  }

  private void train(Layer model, Digits digits) throws IOException {
    try (Adam adam = new Adam(model.parameters(), 1e-3);
        Trainer trainer = new Trainer(model, adam, Losses::crossEntropy)) {
      trainer
          .compile()
          .metric(Metric.accuracy())
          .listener(new LogListener(log))
          .fit(new DataLoader(digits.train(), TRAINING_BATCH).shuffle(SEED).dropLast(), epochs);
    }
  }

  private List<Tensor> inputs(Digits digits, int count) {
    List<Tensor> all = new ArrayList<>();
    try (Epoch epoch = new DataLoader(digits.train().slice(0, count), batch).prefetch(0).epoch(0)) {
      while (epoch.hasNext()) {
        all.add(epoch.next().x());
      }
    }
    return all;
  }

  /** Prints a line; gives the answers of the first. */
  private int[] row(String name, Compiled compiled, Digits digits, int[] reference) {
    List<Integer> answers = new ArrayList<>();
    List<Long> nanos = new ArrayList<>();
    long right = 0;
    try (Epoch epoch = new DataLoader(digits.test(), batch).prefetch(0).epoch(0)) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          Batch each = epoch.next();
          Tensor x = each.x();
          compiled.run(x);
          long start = System.nanoTime();
          Tensor y = compiled.run(x);
          nanos.add(System.nanoTime() - start);
          int[] predicted = y.argmax(1).toInts();
          int[] expected = each.y().toInts();
          for (int i = 0; i < predicted.length; i++) {
            right += predicted[i] == expected[i] ? 1 : 0;
            answers.add(predicted[i]);
          }
        }
      }
    }
    int[] mine = answers.stream().mapToInt(Integer::intValue).toArray();
    nanos.sort(null);
    log.printf(
        Locale.ROOT,
        "%-24s %8.2f %% %12.3f %10.2f %%%n",
        name,
        100.0 * right / mine.length,
        nanos.get(nanos.size() / 2) * 1e-6,
        reference == null ? 100.0 : 100 * agreement(mine, reference));
    return reference == null ? mine : reference;
  }

  private static double agreement(int[] a, int[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += a[i] == b[i] ? 1 : 0;
    }
    return (double) same / a.length;
  }
}
