package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EventTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  @Test
  void aRecordingTellsWhatRan(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("run.jfr");
    try (Sequential model = Sequential.of(Shape.of(7), new Dense(3).relu()).build(1);
        Compiled compiled = model.compile();
        Recording recording = new Recording()) {
      recording.enable("dev.balboa.*").withoutThreshold();
      for (String name : List.of("Allocate", "Prepare", "Execute", "Capture", "Program")) {
        recording.enable("dev.balboa." + name).withoutThreshold();
      }
      recording.start();
      model.infer(Tensors.ones(5, 7));
      compiled.run(Tensors.ones(5, 7));
      compiled.run(Tensors.ones(5, 7));
      recording.stop();
      recording.dump(file);
    }
    var events =
        RecordingFile.readAllEvents(file).stream()
            .collect(Collectors.groupingBy(e -> e.getEventType().getName()));
    assertThat(events.keySet())
        .contains(
            "dev.balboa.Allocate",
            "dev.balboa.Prepare",
            "dev.balboa.Execute",
            "dev.balboa.Capture",
            "dev.balboa.Program");
    assertThat(events.get("dev.balboa.Prepare"))
        .anyMatch(e -> e.getString("operation").equals("linear"))
        .allMatch(e -> e.getString("backend").equals("native"));
    assertThat(events.get("dev.balboa.Execute"))
        .extracting(e -> e.getString("operation"))
        .contains("linear");
    assertThat(events.get("dev.balboa.Capture")).hasSize(1);
    List<RecordedEvent> runs = events.get("dev.balboa.Program");
    assertThat(runs).hasSize(2);
    assertThat(runs.getFirst().getString("shapes")).contains("F32[5, 7]");
    assertThat(runs.getFirst().getInt("calls")).isPositive();
    assertThat(events.get("dev.balboa.Allocate")).allMatch(e -> e.getLong("bytes") >= 0);
  }

  @Test
  void profilesCompareWithAPeak() {
    try (Sequential model = Sequential.of(Shape.of(64), new Dense(64).relu()).build(1);
        Compiled compiled = model.compile()) {
      Profile profile = compiled.profile(3, Tensors.ones(256, 64));
      Profile.Line line = profile.lines().getFirst();
      assertThatThrownBy(() -> profile.shareOfPeak(line)).hasMessageContaining("against");
      double share = profile.against(new Peak(100, 1e9)).shareOfPeak(line);
      assertThat(share).isEqualTo(line.gflops() / 100);
      assertThat(profile.against(new Peak(1e9, 10)).shareOfPeak(line))
          .isEqualTo(line.bytes() / (double) line.nanos() / 10);
      assertThat(profile.against(Peak.measured()).toString()).contains("peak", " %");
      assertThat(compiled.memory(TensorSpec.f32(256, 64)).tensors()).isPositive();
      assertThatThrownBy(() -> new Peak(0, 1)).hasMessageContaining("positive");
    }
  }
}
