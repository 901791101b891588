package dev.balboa.examples.mnist;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.data.image.ImageFolder;
import dev.balboa.nn.data.image.ImageTransform;
import dev.balboa.nn.data.image.ImageTransforms;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.Trainer;
import dev.balboa.report.Figure;
import dev.balboa.report.TrainingCurves;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains on few pictures of a folder, as they are and augmented, and measures the loading. */
@Command(
    name = "augment",
    description =
        "Trains on few pictures from a folder, as they are and augmented, and measures the loading.",
    mixinStandardHelpOptions = true)
final class AugmentCommand implements Callable<Integer> {
  private static final int TEST_BATCH = 500;
  private static final double LEARNING_RATE = 1e-3;
  private static final double LAST_LEARNING_RATE = 1e-5;

  @Mixin private DataOptions data;

  @Option(
      names = "--samples",
      description = "Pictures to train on. Default: ${DEFAULT-VALUE}",
      defaultValue = "1000")
  private int samples;

  @Option(
      names = "--epochs",
      description = "Passes over the data. Default: ${DEFAULT-VALUE}",
      defaultValue = "40")
  private int epochs;

  @Option(
      names = "--batch",
      description = "Pictures in a step. Default: ${DEFAULT-VALUE}",
      defaultValue = "50")
  private int batch;

  @Option(
      names = "--workers",
      description = "Threads that load in training. Default: ${DEFAULT-VALUE}",
      defaultValue = "2")
  private int workers;

  @Option(names = "--threads", description = "Native threads. Default: one a core.")
  private Integer threads;

  @Option(
      names = "--seed",
      description = "Of first parameters, order and augmentation. Default: ${DEFAULT-VALUE}",
      defaultValue = "42")
  private long seed;

  @Option(
      names = "--loading-only",
      description = "Only measures the loading: an epoch on 1 and 2 workers, in turns.")
  private boolean loadingOnly;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where pictures and curves are written. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/augment")
  private Path out;

  private final PrintStream log = System.out;

  @Override
  public Integer call() throws IOException {
    if (samples < 1 || epochs < 1 || batch < 1 || workers < 0) {
      throw new IllegalArgumentException(
          "expected --samples, --epochs and --batch >= 1, and --workers >= 0");
    }
    Engine.threads(threads);
    Digits digits = data.load(log).limited(samples);
    log.println("data: " + digits.description());
    Path folder = out.resolve("train");
    DigitFolder.write(digits.train(), folder);
    int side = digits.format().side();
    ImageFolder pictures = ImageFolder.open(folder, 1, side, side);
    log.println(pictures);
    Dataset augmented = augmentation(side, digits.format()).over(pictures, seed);
    new LoadingSpeed(augmented, batch, seed, log).measure();
    if (!loadingOnly) {
      Dataset plain = digits.format().normalisation().over(pictures, seed);
      double without = train("without augmentation", "plain", plain, digits);
      double with = train("with augmentation", "augmented", augmented, digits);
      log.printf(
          Locale.ROOT,
          "test accuracy after %d epochs on %,d pictures: %.2f %% as they are, %.2f %% augmented%n",
          epochs,
          pictures.size(),
          100 * without,
          100 * with);
    }
    return 0;
  }

  /** Shifts, turns and stretches no farther than writers do. */
  private static ImageTransform augmentation(int side, DigitFormat format) {
    return ImageTransforms.compose(
        ImageTransforms.randomCrop(side, side, Math.max(1, side / 14), 0),
        ImageTransforms.randomRotation(12, 0),
        ImageTransforms.randomResizedCrop(side, side, 0.85, 1.15),
        ImageTransforms.jitter(0.1, 0.1),
        format.normalisation());
  }

  private double train(String name, String file, Dataset data, Digits digits) throws IOException {
    DataLoader loader = new DataLoader(data, batch).shuffle(seed).workers(workers).prefetch(4);
    TrainingCurves curves = new TrainingCurves();
    int side = digits.format().side();
    try (var _ = Scope.open();
        var _ = Execution.on(Engine.NATIVE.executor());
        Sequential network = Network.create(side, seed);
        Adam adam = new Adam(network.parameters(), LEARNING_RATE);
        Trainer trainer = new Trainer(network, adam, Losses::crossEntropy)) {
      long steps = (long) epochs * loader.batches();
      History history =
          trainer
              .seed(seed)
              .metric(Metric.accuracy())
              .schedule(LearningRate.cosine(LEARNING_RATE, LAST_LEARNING_RATE, steps))
              .validation(new DataLoader(digits.test(), TEST_BATCH))
              .listener(curves)
              .fit(loader, epochs);
      Figure figure = curves.figure(name, history);
      Files.createDirectories(out);
      figure.write(out.resolve(file + ".png"));
      figure.write(out.resolve(file + ".svg"));
      double accuracy = history.epochs().getLast().decisive().value("accuracy");
      log.printf(Locale.ROOT, "%s: test accuracy %.2f %%%n", name, 100 * accuracy);
      return accuracy;
    }
  }
}
