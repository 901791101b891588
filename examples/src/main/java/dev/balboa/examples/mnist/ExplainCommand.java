package dev.balboa.examples.mnist;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.LogListener;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.Trainer;
import dev.balboa.report.ConfusionFigure;
import dev.balboa.report.Figure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws what networks confuse, what their answers depend on, and where their attention looks. */
@Command(
    name = "explain",
    description =
        "Draws what a convolutional network confuses and what its answers to test digits depend"
            + " on, and where the attention of a vision Transformer looks.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private static final int TEST_BATCH = 500;
  private static final int TRAINING_BATCH = 128;
  private static final long SEED = 42;
  private static final int EPOCHS = 2;
  private static final int TRANSFORMER_EPOCHS = 3;

  /** As there are so many fewer of the embedded digits. */
  private static final int EMBEDDED_TIMES = 10;

  @Mixin private DataOptions data;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "A model that train wrote. Default: ${DEFAULT-VALUE}, trained if missing.",
      defaultValue = "out/explain/model.safetensors")
  private Path model;

  @Option(
      names = "--transformer",
      paramLabel = "FILE",
      description = "The vision Transformer. Default: ${DEFAULT-VALUE}, trained if missing.",
      defaultValue = "out/explain/transformer.safetensors")
  private Path transformer;

  @Option(
      names = "--digit",
      paramLabel = "INDEX",
      description = "A test digit, from 0. Default: ${DEFAULT-VALUE}",
      split = ",",
      defaultValue = "0,1,2,18")
  private List<Integer> indices;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where pictures are written. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/explain")
  private Path out;

  @Option(
      names = "--backend",
      description = "native or reference. Default: native",
      defaultValue = "native")
  private Engine backend;

  @Option(names = "--threads", description = "Native threads. Default: one a core.")
  private Integer threads;

  private final PrintStream log = System.out;

  @Override
  public Integer call() throws IOException {
    Engine.threads(threads);
    Digits digits = data.load(log);
    log.println("data: " + digits.description());
    for (int index : indices) {
      if (index < 0 || index >= digits.test().size()) {
        throw new IllegalArgumentException(
            "expected --digit in [0, " + digits.test().size() + "), got " + index);
      }
    }
    Files.createDirectories(out);
    int side = digits.format().side();
    try (var _ = Scope.open();
        var _ = Execution.on(backend.executor())) {
      try (Sequential network = network(digits)) {
        confusion(network, digits);
        for (Explainer explainer : Explainer.values()) {
          Figure figure = explainer.figure(network, digits, indices);
          write(figure, explainer.toString());
        }
      }
      PatchTransformer layer = new PatchTransformer(side);
      layer.build(Shape.of(1, side, side), SEED);
      try (PatchTransformer model = ready(layer, transformer, digits, TRANSFORMER_EPOCHS)) {
        AttentionPictures pictures = new AttentionPictures(model, digits);
        write(pictures.heads(indices.getFirst()), "attention");
        write(pictures.rollout(indices), "attention-rollout");
      }
    }
    return 0;
  }

  private void write(Figure figure, String name) throws IOException {
    figure.write(out.resolve(name + ".png"));
    figure.write(out.resolve(name + ".svg"));
    log.println("wrote " + out.resolve(name + ".png") + " and .svg");
  }

  private Sequential network(Digits digits) throws IOException {
    int side = digits.format().side();
    if (Files.isRegularFile(model) && Network.side(model) != side) {
      throw new IllegalArgumentException(
          model + ": the model is for other pictures than these: " + digits.description());
    }
    return ready(Network.create(side, SEED), model, digits, EPOCHS);
  }

  private <L extends Layer> L ready(L built, Path file, Digits digits, int epochs)
      throws IOException {
    int times = digits.format() == DigitFormat.MNIST ? 1 : EMBEDDED_TIMES;
    return StoredModel.ready(built, file, log, model -> train(model, digits, times * epochs));
  }

  private void train(Layer built, Digits digits, int epochs) throws IOException {
    try (Adam adam = new Adam(built.parameters(), 1e-3);
        Trainer trainer = new Trainer(built, adam, Losses::crossEntropy)) {
      trainer
          .compile()
          .metric(Metric.accuracy())
          .validation(new DataLoader(digits.test(), TEST_BATCH))
          .listener(new LogListener(log))
          .fit(new DataLoader(digits.train(), TRAINING_BATCH).shuffle(SEED), epochs);
    }
  }

  private void confusion(Sequential network, Digits digits) throws IOException {
    long[][] counts = new long[10][10];
    try (Epoch epoch = new DataLoader(digits.test(), TEST_BATCH).epoch(0)) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          Batch batch = epoch.next();
          int[] predicted = network.infer(batch.x()).argmax(1).toInts();
          int[] expected = batch.y().toInts();
          for (int i = 0; i < predicted.length; i++) {
            counts[expected[i]][predicted[i]]++;
          }
        }
      }
    }
    List<String> labels = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    Figure both =
        Figure.grid(
            2,
            List.of(
                ConfusionFigure.counts(counts, labels), ConfusionFigure.shares(counts, labels)));
    write(both.titled(digits.description() + ", test"), "confusion");
  }
}
