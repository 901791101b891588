package dev.balboa.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SplitsTest {
  @RegisterExtension private final TestExecution context = new TestExecution();

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private static List<Integer> all(List<Dataset> parts) {
    List<Integer> all = new ArrayList<>();
    parts.forEach(part -> all.addAll(Numbers.labels(part)));
    return all;
  }

  @Test
  void everySampleIsInOnePart() {
    List<Dataset> parts = Splits.random(new Numbers(101), 5, 0.7, 0.2, 0.1);
    assertThat(parts.stream().map(Dataset::size)).containsExactly(71, 20, 10);
    assertThat(all(parts)).containsExactlyInAnyOrderElementsOf(range(0, 101));
    assertThat(Numbers.labels(parts.get(1))).isSorted();
    List<Dataset> again = Splits.random(new Numbers(101), 5, 0.7, 0.2, 0.1);
    assertThat(all(again)).isEqualTo(all(parts));
    assertThat(all(Splits.random(new Numbers(101), 6, 0.7, 0.2, 0.1))).isNotEqualTo(all(parts));
  }

  @Test
  void classesAreDividedAlike() {
    // 60 samples of class 0, 30 of class 1, 10 of class 2
    List<Dataset> parts =
        Splits.stratified(new Numbers(100), i -> i < 60 ? 0 : i < 90 ? 1 : 2, 1, 0.5, 0.3, 0.2);
    assertThat(all(parts)).containsExactlyInAnyOrderElementsOf(range(0, 100));
    int[][] expected = {{30, 15, 5}, {18, 9, 3}, {12, 6, 2}};
    for (int i = 0; i < 3; i++) {
      List<Integer> labels = Numbers.labels(parts.get(i));
      assertThat(labels.stream().filter(x -> x < 60).count()).isEqualTo(expected[i][0]);
      assertThat(labels.stream().filter(x -> x >= 60 && x < 90).count()).isEqualTo(expected[i][1]);
      assertThat(labels.stream().filter(x -> x >= 90).count()).isEqualTo(expected[i][2]);
    }
  }

  @Test
  void smallClassesDoNotAllGoToOnePart() {
    List<Dataset> parts = Splits.stratified(new Numbers(40), i -> i, 1, 0.5, 0.5);
    assertThat(parts.stream().map(Dataset::size)).containsExactly(20, 20);
  }

  @Test
  void foldsAreValidatedOnOnce() {
    List<Splits.Fold> folds = Splits.folds(new Numbers(23), 4, 2);
    List<Integer> validated = new ArrayList<>();
    for (Splits.Fold fold : folds) {
      List<Integer> validation = Numbers.labels(fold.validation());
      assertThat(validation.size()).isBetween(5, 6);
      List<Integer> both = new ArrayList<>(Numbers.labels(fold.training()));
      both.addAll(validation);
      assertThat(both).containsExactlyInAnyOrderElementsOf(range(0, 23));
      validated.addAll(validation);
    }
    assertThat(validated).containsExactlyInAnyOrderElementsOf(range(0, 23));
    for (Splits.Fold fold : Splits.stratifiedFolds(new Numbers(30), i -> i % 3, 5, 2)) {
      List<Integer> validation = Numbers.labels(fold.validation());
      for (int label = 0; label < 3; label++) {
        int wanted = label;
        assertThat(validation.stream().filter(i -> i % 3 == wanted)).hasSize(2);
      }
    }
  }

  @Test
  void partsAreJoinedAndChosen() {
    Dataset joined =
        Dataset.concat(new Numbers(3), new Numbers(0), new Numbers(4).slice(1, 4), new Numbers(0));
    assertThat(Numbers.labels(joined)).containsExactly(0, 1, 2, 1, 2, 3);
    assertThat(Numbers.labels(joined.subset(5, 0, 0))).containsExactly(3, 0, 0);
    assertThat(Numbers.labels(Dataset.concat(new Numbers(0), new Numbers(1)))).containsExactly(0);
    Dataset lengths = Dataset.concat(new Numbers(7, true), new Numbers(7, true)).subset(8, 3);
    assertThat(List.of(lengths.length(0), lengths.length(1))).containsExactly(2, 4);
    assertThat(lengths.slice(1, 2).length(0)).isEqualTo(4);
    assertThat(lengths.slice(1, 2).inputSpec(4)).isEqualTo(TensorSpec.f32(4));
  }

  @Test
  void partsOfAMappedDatasetDrawWhatTheWholeDraws() {
    Dataset mapped =
        new Numbers(10)
            .map(
                TensorSpec.f32(1),
                (input, output, random) ->
                    output.set(ValueLayout.JAVA_FLOAT, 0, (float) random.uniform()),
                3);
    float[] whole = first(mapped, 10, 4);
    assertThat(first(mapped, 10, 4)).isEqualTo(whole);
    assertThat(first(mapped, 10, 5)).doesNotContain(whole);
    assertThat(first(mapped.subset(7, 2), 2, 4)).containsExactly(whole[7], whole[2]);
    assertThat(first(mapped.slice(6, 9), 3, 4)).containsExactly(whole[6], whole[7], whole[8]);
    assertThat(first(Dataset.concat(mapped.slice(0, 1), mapped), 2, 4))
        .containsExactly(whole[0], whole[0]);
  }

  private static float[] first(Dataset dataset, int count, int epoch) {
    try (Epoch batches = new DataLoader(dataset, count).prefetch(0).epoch(epoch)) {
      return batches.next().x().toFloats();
    }
  }

  @Test
  void randomNumbersAreUniformAndTheSameEverywhere() {
    SampleRandom random = new SampleRandom(1, 2, 3);
    assertThat(random.bits()).isEqualTo(new SampleRandom(1, 2, 3).bits());
    assertThat(new SampleRandom(1, 2, 4).bits()).isNotEqualTo(new SampleRandom(1, 3, 3).bits());
    int[] counts = new int[5];
    double sum = 0;
    for (int i = 0; i < 20_000; i++) {
      SampleRandom sample = new SampleRandom(9, 0, i);
      counts[sample.below(5)]++;
      sum += sample.uniform(2, 4);
    }
    assertThat(IntStream.of(counts).boxed()).allMatch(count -> count > 3800 && count < 4200);
    assertThat(sum / 20_000).isBetween(2.98, 3.02);
    assertThatThrownBy(() -> random.below(0)).hasMessageContaining("bound >= 1");
  }

  @Test
  void refusesWhatDoesNotFit() {
    Dataset data = new Numbers(10);
    assertThatThrownBy(() -> Splits.random(data, 0, 0.5, 0.4)).hasMessageContaining("add up to 1");
    assertThatThrownBy(() -> Splits.random(data, 0, 1.5, -0.5)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> Splits.folds(data, 1, 0)).hasMessageContaining("2 to 10 folds");
    assertThatThrownBy(() -> Splits.folds(data, 11, 0)).hasMessageContaining("got 11");
    assertThatThrownBy(() -> data.subset(3, 10))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("[0, 10), got 10");
    assertThatThrownBy(Dataset::concat).hasMessageContaining("got none");
    assertThatThrownBy(() -> Dataset.concat(data, new Numbers(2, true)))
        .hasMessageContainingAll("F32[1]", "F32[5]");
  }
}
