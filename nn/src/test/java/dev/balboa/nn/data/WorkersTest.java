package dev.balboa.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
  @RegisterExtension private final TestExecution context = new TestExecution();

  /** All inputs of two epochs, bit for bit. */
  private static List<List<Float>> everything(DataLoader loader) {
    List<List<Float>> all = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      try (Epoch epoch = loader.epoch(number)) {
        epoch.forEachRemaining(batch -> {
          List<Float> numbers = new ArrayList<>();
          for (float x : batch.x().toFloats()) {
            numbers.add(x);
          }
          all.add(numbers);
        });
      }
    }
    return all;
  }

  /** Samples that are noisy in another way in every epoch, and take longer the smaller they are. */
  private static Dataset noisy(int size) {
    return new Numbers(size)
        .map(
            TensorSpec.f32(3),
            (input, output, random) -> {
              float x = input.get(ValueLayout.JAVA_FLOAT, 0);
              for (int i = 0; i < 2000 / (1 + x); i++) {
                Thread.onSpinWait();
              }
              for (int i = 0; i < 3; i++) {
                output.setAtIndex(ValueLayout.JAVA_FLOAT, i, x + (float) random.uniform());
              }
            },
            7);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 100})
  void theNumberOfWorkersChangesNothing(int workers) {
    DataLoader alone = new DataLoader(noisy(97), 4).shuffle(3).workers(0);
    DataLoader together = new DataLoader(noisy(97), 4).shuffle(3).workers(workers).prefetch(5);
    List<List<Float>> expected = everything(alone);
    assertThat(expected.get(0)).isNotEqualTo(expected.get(25)).hasSize(12);
    assertThat(everything(together)).isEqualTo(expected);
    assertThat(together).hasToString(alone.toString());
  }

  @Test
  void goesOnInTheMiddleOfAnEpoch() {
    DataLoader loader = new DataLoader(noisy(40), 3).shuffle(3).workers(3);
    List<List<Float>> whole = everything(loader);
    List<List<Float>> rest = new ArrayList<>();
    try (Epoch epoch = loader.epoch(1, 5)) {
      epoch.forEachRemaining(batch -> {
        List<Float> numbers = new ArrayList<>();
        for (float x : batch.x().toFloats()) {
          numbers.add(x);
        }
        rest.add(numbers);
      });
    }
    assertThat(rest).isEqualTo(whole.subList(14 + 5, 28));
  }

  @Test
  void workersWorkAtOnceAndABoundedNumberAhead() throws InterruptedException {
    CountDownLatch allIn = new CountDownLatch(3);
    AtomicInteger reads = new AtomicInteger();
    Dataset meeting =
        new Numbers(100) {
          @Override
          public void read(int index, MemorySegment input, MemorySegment label) {
            reads.incrementAndGet();
            allIn.countDown();
            try {
              assertThat(allIn.await(30, TimeUnit.SECONDS)).as("three at once").isTrue();
            } catch (InterruptedException e) {
              throw new AssertionError("workers must not be interrupted", e);
            }
            super.read(index, input, label);
          }
        };
    try (Epoch epoch = new DataLoader(meeting, 1).workers(3).prefetch(4).epoch(0)) {
      epoch.next().close();
      for (int i = 0; i < 200 && reads.get() < 5; i++) {
        Thread.sleep(10);
      }
      Thread.sleep(50);
      assertThat(reads).hasValue(5);
    }
    assertThat(context.allocator().metrics().liveBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void aFailureArrivesInItsPlaceWithItsSample(int workers) {
    Dataset failing =
        new Numbers(200) {
          @Override
          public void read(int index, MemorySegment input, MemorySegment label) {
            if (index >= 11) {
              throw new IllegalStateException("no sample " + index);
            }
            super.read(index, input, label);
          }
        };
    Epoch epoch = new DataLoader(failing, 2).workers(workers).prefetch(8).epoch(0);
    for (int i = 0; i < 5; i++) {
      try (Batch batch = epoch.next()) {
        assertThat(batch.y().toInts()).containsExactly(2 * i, 2 * i + 1);
      }
    }
    assertThatThrownBy(epoch::next)
        .isInstanceOfSatisfying(
            DataLoadingException.class, e -> assertThat(e.sample()).isEqualTo(11))
        .hasMessage("data loader: batch 5 of epoch 0, sample 11: no sample 11");
    assertThat(epoch.hasNext()).isFalse();
    assertThat(context.allocator().metrics().liveBytes()).isZero();
  }

  @Test
  void stoppingEarlyLeavesNeitherThreadsNorMemory() {
    for (int taken = 0; taken < 4; taken++) {
      Epoch epoch = new DataLoader(new Numbers(500), 2).workers(4).prefetch(6).epoch(0);
      for (int i = 0; i < taken; i++) {
        epoch.next().close();
      }
      epoch.close();
      epoch.close();
      assertThat(context.allocator().metrics().liveBytes()).isZero();
    }
    Stream<String> names = Thread.getAllStackTraces().keySet().stream().map(Thread::getName);
    assertThat(names).noneMatch(name -> name.startsWith("balboa-data-loader"));
  }

  @Test
  void similarLengthsShareABatch() {
    DataLoader loader = new DataLoader(new Numbers(103, true), 4).shuffle(9).bucketed(5);
    List<Integer> labels = Numbers.labels(loader.epoch(1));
    assertThat(labels).doesNotHaveDuplicates().hasSize(103);
    assertThat(Numbers.labels(loader.epoch(1))).isEqualTo(labels);
    assertThat(Numbers.labels(loader.epoch(2))).isNotEqualTo(labels);
    long padded = 0;
    List<Long> lengths = new ArrayList<>();
    try (Epoch epoch = loader.epoch(1)) {
      while (epoch.hasNext()) {
        try (Batch batch = epoch.next()) {
          lengths.add(batch.x().shape().dim(1));
          float[] x = batch.x().toFloats();
          int[] y = batch.y().toInts();
          int columns = (int) batch.x().shape().dim(1);
          int longest = 0;
          for (int row = 0; row < y.length; row++) {
            int length = 1 + y[row] % 5;
            longest = Math.max(longest, length);
            for (int i = 0; i < columns; i++) {
              assertThat(x[row * columns + i]).isEqualTo(i < length ? y[row] : 0);
            }
            padded += columns - length;
          }
          assertThat(columns).isEqualTo(longest);
        }
      }
    }
    assertThat(padded).as("padding of 309 tokens").isLessThan(60);
    assertThat(lengths).as("batches are shuffled").isNotEqualTo(lengths.stream().sorted().toList());
    assertThat(loader).asString().contains("sorted by length in stretches of 5 batches");
    List<Integer> plain =
        Numbers.labels(new DataLoader(new Numbers(20, true), 4).bucketed(5).epoch(0));
    assertThat(plain.subList(0, 4)).containsExactly(0, 5, 10, 15);
  }

  @Test
  void refusesBadOptions() {
    DataLoader loader = new DataLoader(new Numbers(3), 1);
    assertThatThrownBy(() -> loader.workers(-1)).hasMessageContaining("workers >= 0, got -1");
    assertThatThrownBy(() -> loader.bucketed(0)).hasMessageContaining(">= 1 batches, got 0");
  }
}
