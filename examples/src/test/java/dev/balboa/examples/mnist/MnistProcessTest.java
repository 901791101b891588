package dev.balboa.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The program as a user runs it, in JVMs of its own. */
@Timeout(300)
class MnistProcessTest {
  @TempDir private Path directory;

  private record Outcome(int status, String output) {}

  private Outcome run(String... arguments) throws IOException, InterruptedException {
    return run(List.of(arguments));
  }

  private Outcome run(List<String> arguments) throws IOException, InterruptedException {
    return run(_ -> false, arguments);
  }

  private static List<String> with(List<String> arguments, String more) {
    return Stream.concat(arguments.stream(), Stream.of(more)).toList();
  }

  /** Runs the program and asks it to end, as Ctrl-C does, after a certain line. */
  private Outcome run(Predicate<String> last, List<String> arguments)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(FreshProcess.command(arguments))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        if (last.test(line)) {
          process.toHandle().destroy();
        }
      }
    }
    return new Outcome(process.waitFor(), String.join("\n", lines));
  }

  private byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(directory.resolve(file));
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void trainsSavesAndAsksAFreshProcess(Engine backend) throws IOException, InterruptedException {
    Outcome outcome =
        run("--embedded", "--epochs", "2", "--batch", "64", "--backend", backend.name());
    assertThat(outcome.output())
        .contains(
            "data: embedded digits, 1,437 + 360 pictures of 8x8",
            "native against reference, 3 steps of 16: worst relative difference of losses",
            "conv2 (Conv2d)",
            "epoch 2/2: loss",
            "samples/s",
            "test accuracy",
            "peak off-heap memory",
            "a new process loads the model and is asked:",
            "test digit 0, labelled 2:",
            "predicted: ");
    assertThat(outcome.status()).isZero();
    BufferedImage curve = ImageIO.read(directory.resolve("out/mnist/curve.png").toFile());
    assertThat(curve.getWidth()).isGreaterThan(1000);
    assertThat(directory.resolve("out/mnist/curve.svg")).isNotEmptyFile();
  }

  @Test
  void anInterruptedRunGoesOnBitForBit() throws IOException, InterruptedException {
    List<String> options =
        List.of("--embedded", "--samples", "400", "--batch", "16", "--epochs", "12", "--out");
    List<String> parts = with(options, "parts");
    assertThat(run(with(options, "whole")).status()).isZero();
    Outcome first = run(line -> line.startsWith("epoch 2/12"), parts);
    assertThat(first.output())
        .contains("stopped; go on with --resume, from parts/checkpoint.safetensors")
        .doesNotContain("epoch 12/12");
    assertThat(first.status()).isNotZero();
    assertThat(directory.resolve("parts/model.safetensors")).doesNotExist();
    Outcome second = run(with(parts, "--resume"));
    assertThat(second.output()).contains("training 12 epochs", ", from epoch ", "epoch 12/12");
    assertThat(second.status()).isZero();
    assertThat(bytes("parts/model.safetensors")).isEqualTo(bytes("whole/model.safetensors"));
  }

  @Test
  void mistakesAreToldInALine() throws IOException, InterruptedException {
    Outcome resume = run("--embedded", "--resume");
    assertThat(resume.output())
        .isEqualTo("mnist: --resume: there is no checkpoint out/mnist/checkpoint.safetensors");
    assertThat(resume.status()).isEqualTo(1);
    Outcome model = run("predict", "--model", "none");
    assertThat(model.output()).contains("mnist: none").doesNotContain("\tat ");
    assertThat(model.status()).isEqualTo(1);
    Outcome option = run("--backend", "gpu");
    assertThat(option.output()).contains("'gpu'", "NATIVE, REFERENCE");
    assertThat(option.status()).isEqualTo(2);
    assertThat(run("--epochs", "0").output()).contains("expected --epochs", "got 0");
    assertThat(run("--help").output()).contains("predict", "the options are those of train");
  }
}
