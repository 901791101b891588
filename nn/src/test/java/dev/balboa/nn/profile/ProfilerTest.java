package dev.balboa.nn.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class ProfilerTest {
  @RegisterExtension final TestExecution execution;
  @TempDir Path directory;
  private Sequential model;
  private Optimizer sgd;

  ProfilerTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  @BeforeEach
  void create() {
    model =
        Sequential.of(
                Shape.of(1, 8, 8), new Conv2d(4, 3).same().relu(), new Flatten(), new Dense(3))
            .build(1);
    sgd = new Sgd(model.parameters(), 0.01);
  }

  @AfterEach
  void close() {
    sgd.close();
    model.close();
  }

  private void step() {
    try (var _ = Scope.open()) {
      sgd.zeroGrad();
      model.forward(Tensors.ones(2, 1, 8, 8)).square().mean().backward();
      sgd.step();
    }
  }

  private static Map<String, ProfileEntry> byLayer(Profile profile) {
    return profile.entries(Profile.Grouping.LAYER).stream()
        .collect(Collectors.toMap(ProfileEntry::layer, Function.identity()));
  }

  @Test
  void timeAndMemoryAreThoseOfTheLayersForwardAndBackward() {
    try (Profiler profiler = Profiler.start()) {
      step();
      step();
      Profile profile = profiler.profile();
      Map<String, ProfileEntry> layers = byLayer(profile);
      assertThat(layers).containsOnlyKeys("0 (Conv2d)", "1 (Flatten)", "2 (Dense)", "");
      for (String layer : List.of("0 (Conv2d)", "2 (Dense)")) {
        assertThat(layers.get(layer).forwardNanos()).as(layer).isPositive();
        assertThat(layers.get(layer).backwardNanos()).as(layer).isPositive();
        assertThat(layers.get(layer).peakBytes()).isGreaterThan(2 * 4 * 8 * 8 * 4L);
      }
      // Two forward results [2, 3] and what their derivatives need.
      assertThat(layers.get("2 (Dense)").bytes()).isGreaterThanOrEqualTo(2 * 2 * 3 * 4L);
      assertThat(layers.get("0 (Conv2d)").bytes()).isGreaterThanOrEqualTo(2 * 2 * 4 * 64 * 4L);
      ProfileEntry total = profile.total();
      assertThat(total.calls())
          .isEqualTo(layers.values().stream().mapToLong(ProfileEntry::calls).sum());
      assertThat(total.nanos()).isPositive().isLessThanOrEqualTo(profile.wallNanos());
      assertThat(profile.entries(Profile.Grouping.LAYER))
          .isSortedAccordingTo((a, b) -> Long.compare(b.nanos(), a.nanos()));
    }
  }

  @Test
  void callsAreCountedByOperation() {
    try (Profiler profiler = Profiler.start()) {
      step();
      profiler.reset();
      assertThat(profiler.profile().total().calls()).isZero();
      step();
      step();
      step();
      Map<String, Long> calls =
          profiler.profile().entries(Profile.Grouping.OPERATION).stream()
              .collect(Collectors.toMap(ProfileEntry::operation, ProfileEntry::calls));
      assertThat(calls).contains(entry("conv2d", 3L), entry("matmul", 6L), entry("sgd_step", 12L));
      assertThat(profiler.profile().entries(Profile.Grouping.BOTH))
          .anyMatch(e -> e.layer().equals("0 (Conv2d)") && e.operation().equals("conv2d"));
    }
  }

  @Test
  void nothingIsMeasuredAfterTheEnd() {
    Profiler profiler = Profiler.start();
    step();
    profiler.close();
    long calls = profiler.profile().total().calls();
    step();
    assertThat(profiler.profile().total().calls()).isEqualTo(calls);
  }

  @Test
  void theTableIsSortedAndAddedUp() {
    try (Profiler profiler = Profiler.start()) {
      step();
      Profile profile = profiler.profile();
      List<String> lines = profile.table(Profile.Grouping.LAYER).lines().toList();
      assertThat(lines.getFirst())
          .matches(
              "Layer +Calls +Forward ms +Backward ms +Total ms +Share +Mean us +Allocated"
                  + " +Peak live");
      assertThat(lines).anyMatch(l -> l.startsWith("(no layer) "));
      assertThat(lines).anyMatch(l -> l.startsWith("all operations "));
      assertThat(lines.getLast()).matches("[\\d.]+ ms in all, .* outside of operations");
      assertThat(lines.subList(0, lines.size() - 1).stream().map(String::length).distinct())
          .hasSize(1);
      assertThat(profile.table(Profile.Grouping.BOTH))
          .contains("0 (Conv2d): conv2d ", "2 (Dense): linear ");
      assertThat(profile).hasToString(profile.table(Profile.Grouping.LAYER));
    }
  }

  @Test
  void viewsAllocateNothing() {
    Tensor x = Tensors.ones(4, 8);
    try (Profiler profiler = Profiler.start()) {
      x.reshape(8, 4);
      x.exp();
      Map<String, Long> bytes =
          profiler.profile().entries(Profile.Grouping.OPERATION).stream()
              .collect(Collectors.toMap(ProfileEntry::operation, ProfileEntry::bytes));
      assertThat(bytes).containsOnly(entry("reshape", 0L), entry("exp", 128L));
    }
  }

  private static final Pattern COMPLETE =
      Pattern.compile(
          "\\{\"name\":\"([^\"]+)\",\"cat\":\"(forward|backward)\",\"ph\":\"X\",\"pid\":1,"
              + "\"tid\":([12]),\"ts\":([0-9.]+),\"dur\":([0-9.]+),\"args\":\\{\"layer\":"
              + "\"([^\"]*)\",(\"derivative of\":\"[^\"]+\",)?\"operation\":\".+\","
              + "\"inputs\":\"\\[.*]\"}},?");
  private static final Pattern OTHER =
      Pattern.compile(
          "\\{\"name\":\"(thread_name|off-heap bytes)\",\"ph\":\"[MC]\",\"pid\":1,.*}},?");

  @Test
  void capturedProgramsHaveTracesToo() throws IOException {
    Path file = directory.resolve("captured.json");
    var line = new dev.balboa.nn.graph.Profile.Line("conv2d", 1000, 2500, 64, 0, "a \"b\"");
    ChromeTrace.write(file, new dev.balboa.nn.graph.Profile(List.of(line), null));
    assertThat(Files.readString(file))
        .contains("\"name\":\"conv2d\"", "\"ts\":1.000,\"dur\":2.500,\"args\":{\"bytes\":64")
        .contains("\"shapes\":\"a \\\"b\\\"\"}}")
        .endsWith("\n]}\n");
  }

  @Test
  void theTraceHasEveryOperationInOrder() throws IOException {
    Path file = directory.resolve("trace.json");
    long calls;
    try (Profiler profiler = Profiler.start()) {
      step();
      calls = profiler.profile().total().calls();
      ChromeTrace.write(file, profiler.profile());
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines.getFirst()).isEqualTo("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    assertThat(lines.getLast()).isEqualTo("]}");
    double end = 0;
    int events = 0;
    for (String line : lines.subList(1, lines.size() - 1)) {
      Matcher event = COMPLETE.matcher(line);
      if (event.matches()) {
        events++;
        assertThat(event.group(2).equals("backward")).isEqualTo(event.group(3).equals("2"));
        double start = Double.parseDouble(event.group(4));
        assertThat(start).isGreaterThanOrEqualTo(end - 0.002);
        end = start + Double.parseDouble(event.group(5));
      } else {
        assertThat(line).matches(OTHER);
      }
    }
    assertThat(events).isEqualTo((int) calls);
    assertThat(String.join("\n", lines))
        .contains("\"layer\":\"0 (Conv2d)\",\"derivative of\":\"conv2d\"");
  }
}
