package dev.balboa.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of Balboa in a task: its time is at most {@code limit} times that of another
 * contender in the same run.
 *
 * @param peer the other contender, or Balboa's own captured program in F32
 * @param task what the other contender does: the same task, or the same in F32
 */
record Target(String peer, Task task, double limit) {
  static final String PYTORCH = "pytorch";
  static final String ONNX_RUNTIME = "onnxruntime";
  static final String CAPTURED = "captured";
  static final String NATIVE = "native";

  /** BF16 is at least so many times as fast as F32. */
  private static final double BF16_SPEED = 1.7;

  /** The targets of a task, none for most. */
  static List<Target> of(Task task) {
    return switch (task) {
      case Task.Sgemm(int m, int _, int _) -> m == 1 ? both(task, 0.5, 1) : both(task, 0.85, 0.98);
      case Task.TrainStep(int batch) -> batch == 1 ? List.of() : pytorch(task, 0.42);
      case Task.Inference _ -> both(task, 0.3, 0.95);
      case Task.Recurrent recurrent -> recurrent(recurrent);
      case Task.ModelInference(ModelTask model, int batch, boolean bf16) when bf16 ->
          List.of(
              new Target(CAPTURED, new Task.ModelInference(model, batch, false), 1 / BF16_SPEED));
      case Task.ModelInference inference ->
          inference.model() == ModelTask.RESNET50 ? both(task, 0.55, 0.95) : both(task, 0.65, 0.8);
      case Task.ModelStep(ModelTask model) ->
          pytorch(task, model == ModelTask.RESNET50 ? 0.7 : 0.65);
      case Task.Add _ -> both(task, 0.25, 0.12);
      case Task.LinearStep _ -> pytorch(task, 0.15);
      case Task.Conv2d _ -> List.of();
    };
  }

  private static List<Target> recurrent(Task.Recurrent task) {
    return switch (task.cell()) {
      case LSTM -> task.gradients() ? pytorch(task, 0.6) : both(task, 0.8, 0.98);
      case GRU -> task.gradients() ? pytorch(task, 0.42) : both(task, 0.42, 0.85);
      case TANH -> task.gradients() ? pytorch(task, 0.42) : both(task, 0.42, 0.3);
    };
  }

  private static List<Target> pytorch(Task task, double limit) {
    return List.of(new Target(PYTORCH, task, limit));
  }

  private static List<Target> both(Task task, double pytorch, double onnxRuntime) {
    return List.of(new Target(PYTORCH, task, pytorch), new Target(ONNX_RUNTIME, task, onnxRuntime));
  }

  /** How a run met a target. */
  record Verdict(Task task, String subject, Target target, Summary ratio) {
    boolean met() {
      return ratio.median() <= target.limit();
    }
  }

  /** Whose time counts: a captured program's where there is one. */
  static String subject(Results results, Task task) {
    return results.micros(CAPTURED, task).isPresent() ? CAPTURED : NATIVE;
  }

  /** The targets of a task of which both sides were measured. */
  static List<Verdict> verdicts(Results results, Task task) {
    String subject = subject(results, task);
    List<Verdict> verdicts = new ArrayList<>();
    for (Target target : of(task)) {
      Optional<Summary> ratio = results.ratio(subject, task, target.peer(), target.task());
      ratio.ifPresent(r -> verdicts.add(new Verdict(task, subject, target, r)));
    }
    return verdicts;
  }
}
