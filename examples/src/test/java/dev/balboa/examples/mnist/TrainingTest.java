package dev.balboa.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.Checkpoint;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Engine.class)
  void learnsTheEmbeddedDigits(Engine backend) throws IOException {
    Digits digits = EmbeddedDigits.load();
    long before = Allocator.shared().metrics().liveBytes();
    try (var _ = Scope.open();
        var _ = Execution.on(backend.executor());
        Sequential network = Network.create(8, 1);
        Adam adam = new Adam(network.parameters(), 3e-3);
        Trainer trainer = new Trainer(network, adam, Losses::crossEntropy)) {
      trainer.metric(Metric.accuracy()).validation(new DataLoader(digits.test(), 100));
      History history = trainer.fit(new DataLoader(digits.train(), 32).shuffle(1), 3);
      assertThat(history.epochs().get(2).decisive().value("accuracy")).isGreaterThan(0.88);
      assertThat(history.epochs().get(2).training().value("accuracy")).isGreaterThan(0.95);
    }
    assertThat(Allocator.shared().metrics().liveBytes()).isEqualTo(before);
  }

  @Test
  void theBackendsAgreeOnTheFirstSteps() throws IOException {
    Digits digits = EmbeddedDigits.load();
    BackendComparison worst = BackendComparison.run(digits.train(), 8, 5, 3, 16);
    assertThat(worst.steps()).isEqualTo(3);
    assertThat(worst.loss()).isLessThan(1e-5);
    assertThat(worst.gradient()).isLessThan(1e-4).isPositive();
    assertThat(worst).asString().contains("3 steps of 16", worst.parameter());
  }

  @ParameterizedTest
  @EnumSource(DigitFormat.class)
  void findsTheSizeOfThePicturesInTheModel(DigitFormat format) throws IOException {
    Path file = directory.resolve("model");
    try (var _ = Scope.open();
        var _ = Execution.on(Engine.REFERENCE.executor())) {
      try (Sequential network = Network.create(format.side(), 1)) {
        Checkpoint.saveModel(file, network);
      }
      assertThat(Network.side(file)).isEqualTo(format.side());
      Network.load(file).close();
      Safetensors.write(file, Map.of("dense1.weight", Tensors.zeros(128, 17)), Map.of());
      assertThatThrownBy(() -> Network.load(file))
          .hasMessageContaining("expected a model of this example")
          .hasMessageContaining("F32[128, 17]");
    }
  }
}
