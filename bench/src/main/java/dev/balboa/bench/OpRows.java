package dev.balboa.bench;

import java.util.ArrayList;
import java.util.List;

/** Collects the tasks of the table of operations, each at a small and a large size. */
final class OpRows {
  private final List<OpTask> tasks = new ArrayList<>();

  List<OpTask> tasks() {
    return List.copyOf(tasks);
  }

  static List<OpInput> in(OpInput... inputs) {
    return List.of(inputs);
  }

  /** An operation without a gradient. */
  void forward(String name, List<OpInput> small, List<OpInput> large) {
    tasks.add(new OpTask(name, false, false, false, false, small));
    tasks.add(new OpTask(name, true, false, false, false, large));
  }

  /** An operation without a gradient whose result depends on the library's random numbers. */
  void random(String name, List<OpInput> small, List<OpInput> large) {
    tasks.add(new OpTask(name, false, false, false, true, small));
    tasks.add(new OpTask(name, true, false, false, true, large));
  }

  /** An operation with and without gradients. */
  void both(String name, List<OpInput> small, List<OpInput> large) {
    both(name, false, small, large);
  }

  /** The same whose first input is pictures. */
  void images(String name, List<OpInput> small, List<OpInput> large) {
    both(name, true, small, large);
  }

  private void both(String name, boolean images, List<OpInput> small, List<OpInput> large) {
    for (boolean backward : new boolean[] {false, true}) {
      tasks.add(new OpTask(name, false, backward, images, false, small));
      tasks.add(new OpTask(name, true, backward, images, false, large));
    }
  }
}
