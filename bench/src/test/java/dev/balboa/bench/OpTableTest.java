package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bench.balboa.ReferenceOps;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpTableTest {
  @Test
  void everyOperationRunsAtItsSmallSize() {
    OpContender reference = new ReferenceOps();
    reference.open(1);
    for (OpTask task : OpTable.all().stream().filter(t -> !t.large()).toList()) {
      Workload workload = reference.prepare(task).orElseThrow(() -> new AssertionError(task.key()));
      workload.run();
      assertThat(workload.checksum()).as(task.key()).isFinite();
      workload.close();
    }
  }

  @Test
  void everyOperationHasTwoSizes() {
    List<OpTask> all = OpTable.all();
    assertThat(all.stream().map(OpTask::key)).doesNotHaveDuplicates();
    assertThat(names(all, true)).isEqualTo(names(all, false));
  }

  private static Set<String> names(List<OpTask> all, boolean large) {
    return all.stream()
        .filter(t -> t.large() == large)
        .map(OpTask::name)
        .collect(Collectors.toSet());
  }
}
