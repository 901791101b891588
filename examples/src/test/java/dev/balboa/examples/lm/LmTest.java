package dev.balboa.examples.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.generate.TransformerLanguageModel;
import dev.balboa.nn.memory.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A shortened training on the embedded text. */
@Timeout(120)
class LmTest {
  private static final Pattern BITS = Pattern.compile("held out: ([0-9.]+) bits per character");

  @TempDir private Path out;

  private record Outcome(int status, String output) {}

  private static synchronized Outcome run(String... arguments) {
    PrintStream before = System.out;
    PrintStream errors = System.err;
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (PrintStream all = new PrintStream(told, true, StandardCharsets.UTF_8)) {
      System.setOut(all);
      System.setErr(all);
      int status = Lm.execute(arguments);
      return new Outcome(status, told.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(before);
      System.setErr(errors);
    }
  }

  private Outcome train(Path to, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--embedded",
                "--epochs",
                "12",
                "--batch",
                "8",
                "--context",
                "48",
                "--layers",
                "2",
                "--width",
                "48",
                "--rate",
                "0.01",
                "--out",
                to.toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void trainsSavesAndWrites() throws IOException {
    Outcome outcome = train(out);
    assertThat(outcome.status()).as(outcome.output()).isZero();
    assertThat(outcome.output())
        .contains(
            "data: first chapters of Genesis (embedded)",
            "1 (TransformerEncoderBlock)",
            "self_attn (MultiHeadAttention)",
            "epoch 12/12: loss",
            "validation perplexity",
            "--- greedy\nAnd God said",
            "--- 4 beams\nAnd God said",
            "characters/s");
    Matcher bits = BITS.matcher(outcome.output());
    assertThat(bits.find()).isTrue();
    // The text has 4.3 bits per character if only the frequencies of characters are known.
    assertThat(Double.parseDouble(bits.group(1))).isBetween(1.5, 3.4);
    assertThat(Files.size(out.resolve("curve.png"))).isPositive();

    Path file = out.resolve("model.safetensors");
    Outcome first = run("generate", "--model", file.toString(), "--top-p", "0.9", "--seed", "5");
    assertThat(first.output()).contains("--- sampling, top-p 0.9\nIn the beginning");
    Outcome again = run("generate", "--model", file.toString(), "--top-p", "0.9", "--seed", "5");
    assertThat(text(again)).isEqualTo(text(first)).hasSizeGreaterThan(300);
    assertThat(run("generate", "--model", file.toString(), "--prompt", "§").output())
        .contains("lm: the model knows no '§'");
    Network network = Network.read(file);
    try (var _ = Scope.open();
        TransformerLanguageModel model = network.load(file)) {
      assertThat(model.context()).isEqualTo(48);
    }
  }

  private static String text(Outcome outcome) {
    return outcome.output().substring(0, outcome.output().lastIndexOf("\n("));
  }

  @Test
  void wrongArgumentsAreTold() throws IOException {
    assertThat(run("--context", "1").output()).contains("lm: expected --epochs");
    assertThat(run("--resume", "--out", out.toString()).output())
        .contains("there is no checkpoint");
    assertThat(run("generate", "--model", out.resolve("none").toString()).status()).isEqualTo(1);
    assertThat(run("sing").status()).isEqualTo(2);
    Path other = out.resolve("other.safetensors");
    Files.writeString(other, "not a model");
    assertThatThrownBy(() -> Network.read(other)).hasMessageContaining("other.safetensors");
  }
}
