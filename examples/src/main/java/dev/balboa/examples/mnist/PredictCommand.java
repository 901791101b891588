package dev.balboa.examples.mnist;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.data.ImageDataset;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a trained network what a picture shows. */
@Command(
    name = "predict",
    description = "Asks a trained network about test digits or pictures.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  private static final int BAR = 30;

  @Spec private CommandSpec spec;
  @Mixin private DataOptions data;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "The model that train wrote. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/mnist/model.safetensors")
  private Path model;

  @Option(
      names = "--image",
      paramLabel = "PNG",
      description = "A picture of one digit, of any size, dark on white or white on black.")
  private List<Path> images = List.of();

  @Option(
      names = "--digit",
      paramLabel = "INDEX",
      description = "A test digit, from 0. Default: the first three.")
  private List<Integer> indices = List.of(0, 1, 2);

  @Option(
      names = "--backend",
      description = "native or reference. Default: native",
      defaultValue = "native")
  private Engine backend;

  @Option(names = "--threads", description = "Native threads. Default: one a core.")
  private Integer threads;

  @Override
  public Integer call() throws IOException {
    Engine.threads(threads);
    PrintWriter out = spec.commandLine().getOut();
    try (var _ = Scope.open();
        var _ = Execution.on(backend.executor());
        Sequential network = Network.load(model)) {
      DigitFormat format = DigitFormat.ofSide((int) network.inputSpec().shape().dim(2));
      for (Path image : images) {
        out.println(image + ":");
        ask(network, format.dataset(PngPicture.read(image, format), new byte[1]), out);
      }
      if (images.isEmpty()) {
        askAboutTestDigits(network, format, out);
      }
    }
    out.flush();
    return 0;
  }

  private void askAboutTestDigits(Sequential network, DigitFormat format, PrintWriter out)
      throws IOException {
    Digits digits = format == DigitFormat.EMBEDDED ? EmbeddedDigits.load() : data.load(System.err);
    if (digits.format() != format) {
      throw new IllegalArgumentException(
          model + ": the model is for other pictures than these: " + digits.description());
    }
    for (int index : indices) {
      if (index < 0 || index >= digits.test().size()) {
        throw new IllegalArgumentException(
            "expected --digit in [0, " + digits.test().size() + "), got " + index);
      }
      out.printf("test digit %d, labelled %d:%n", index, digits.test().label(index));
      ask(network, digits.test().slice(index, index + 1), out);
    }
  }

  private static void ask(Sequential network, ImageDataset picture, PrintWriter out) {
    float[] probabilities = probabilities(network, picture);
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    int side = (int) picture.inputSpec().shape().dim(1);
    out.print(AsciiPicture.draw(picture.picture(0), side));
    out.println("predicted: " + best);
    for (int i = 0; i < probabilities.length; i++) {
      String bar = "#".repeat(Math.round(BAR * probabilities[i]));
      out.println(
          String.format(Locale.ROOT, "  %d  %6.2f %%  %s", i, 100 * probabilities[i], bar)
              .stripTrailing());
    }
    out.println();
  }

  private static float[] probabilities(Sequential network, ImageDataset picture) {
    try (var _ = Scope.open();
        Epoch epoch = new DataLoader(picture, 1).prefetch(0).epoch(0)) {
      Batch batch = epoch.next();
      return network.infer(batch.x()).softmax(1).toFloats();
    }
  }
}
