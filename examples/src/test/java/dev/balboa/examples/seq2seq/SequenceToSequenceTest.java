package dev.balboa.examples.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.Trainer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceToSequenceTest {
  @TempDir private Path directory;

  /** A question with the smaller number first. */
  private static String sorted(String question) {
    String a = question.substring(0, 3);
    String b = question.substring(4);
    return a.compareTo(b) < 0 ? a + b : b + a;
  }

  @Test
  void noSumIsInBothSets() {
    Additions.Split split = Additions.Split.random(4000, 1000, 7);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < split.train().size(); i++) {
      assertThat(seen.add(sorted(split.train().question(i)))).isTrue();
    }
    for (int i = 0; i < split.test().size(); i++) {
      assertThat(seen.add(sorted(split.test().question(i)))).isTrue();
    }
    assertThatThrownBy(() -> Additions.Split.random(Additions.ALL, 1, 7))
        .hasMessageContaining("1 to 500500 sums");
  }

  @Test
  void samplesAreTextsAndTheirSums() {
    Additions data = Additions.Split.random(50, 1, 7).train();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(data.inputSpec().byteSize());
      MemorySegment y = arena.allocate(data.labelSpec().byteSize());
      for (int i = 0; i < data.size(); i++) {
        data.read(i, x, y);
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < Additions.QUESTION * Additions.SYMBOLS; k++) {
          if (x.getAtIndex(ValueLayout.JAVA_FLOAT, k) == 1) {
            text.append("0123456789+".charAt(k % Additions.SYMBOLS));
          }
        }
        String question = text.reverse().toString();
        assertThat(question).isEqualTo(data.question(i));
        int sum = 0;
        for (int k = 0; k < Additions.ANSWER; k++) {
          sum = 10 * sum + y.getAtIndex(ValueLayout.JAVA_INT, k);
        }
        assertThat(sum)
            .isEqualTo(
                Integer.parseInt(question.substring(0, 3))
                    + Integer.parseInt(question.substring(4)));
      }
    }
  }

  /** Half of all digits are right long before any answer is; guessing gives a third. */
  @Test
  void learns() throws IOException {
    Additions.Split data = Additions.Split.random(4000, 500, 7);
    try (var _ = Scope.open();
        Sequential network = AdditionNetwork.create(1);
        Adam adam = new Adam(network.parameters(), 4e-3);
        Trainer trainer =
            new Trainer(network, adam, Losses::tokenCrossEntropy)
                .metric(AdditionNetwork.digits())
                .metric(AdditionNetwork.answers())) {
      trainer.fit(new DataLoader(data.train(), 64).shuffle(1), 8);
      Map<String, Double> right = trainer.evaluate(new DataLoader(data.test(), 500)).metrics();
      assertThat(right.get("digits")).isGreaterThan(0.5);
      assertThat(right.get("answers")).isBetween(0.0, right.get("digits"));
    }
  }

  @Test
  void trainsSavesAndAnswers() throws IOException {
    String out = directory.resolve("model").toString();
    assertThat(
            SequenceToSequence.execute(
                "--epochs", "1", "--samples", "500", "--test", "50", "--out", out))
        .isZero();
    assertThat(ImageIO.read(Path.of(out, "curve.png").toFile()).getWidth()).isBetween(900, 1200);
    assertThat(Files.size(Path.of(out, "model.safetensors"))).isGreaterThan(100_000);
    assertThat(SequenceToSequence.execute("--out", out, "247+86", "1+2")).isZero();
    assertThat(SequenceToSequence.execute("--out", out, "1000+1")).isEqualTo(1);
    assertThat(SequenceToSequence.execute("--out", out + "x", "1+1")).isEqualTo(1);
    assertThat(SequenceToSequence.execute("--samples", "600000")).isEqualTo(1);
  }
}
