package dev.balboa.nn.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Parts of a dataset, drawn with a seed: training, validation and test, or the folds of
 * cross-validation. Every sample is in exactly one part; equal arguments give equal parts.
 */
public final class Splits {
  private Splits() {}

  /**
   * The data for one round of cross-validation.
   *
   * @param training all folds but one
   * @param validation that one
   */
  public record Fold(Dataset training, Dataset validation) {}

  /**
   * Parts of these shares of the samples.
   *
   * @param shares each above 0, 1 in all
   */
  public static List<Dataset> random(Dataset data, long seed, double... shares) {
    check(shares);
    return datasets(data, parts(data.size(), seed, shares, _ -> 0));
  }

  /**
   * Parts of these shares of every class: each class is divided on its own.
   *
   * @param label the class of a sample by its index
   */
  public static List<Dataset> stratified(
      Dataset data, IntUnaryOperator label, long seed, double... shares) {
    check(shares);
    return datasets(data, parts(data.size(), seed, shares, label));
  }

  /** The rounds of a cross-validation over so many folds of equal size, give or take one sample. */
  public static List<Fold> folds(Dataset data, int count, long seed) {
    return stratifiedFolds(data, _ -> 0, count, seed);
  }

  /**
   * The rounds of a cross-validation over folds with the same share of every class.
   *
   * @param label the class of a sample by its index
   */
  public static List<Fold> stratifiedFolds(
      Dataset data, IntUnaryOperator label, int count, long seed) {
    if (count < 2 || count > data.size()) {
      throw new IllegalArgumentException(
          "splits: expected 2 to " + data.size() + " folds, got " + count);
    }
    double[] shares = new double[count];
    Arrays.fill(shares, 1.0 / count);
    List<int[]> parts = parts(data.size(), seed, shares, label);
    List<Fold> folds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int left = i;
      int[] others =
          IntStream.range(0, count)
              .filter(j -> j != left)
              .flatMap(j -> Arrays.stream(parts.get(j)))
              .toArray();
      Arrays.sort(others);
      folds.add(new Fold(data.subset(others), data.subset(parts.get(i))));
    }
    return folds;
  }

  private static void check(double... shares) {
    double sum = Arrays.stream(shares).sum();
    if (shares.length == 0
        || Arrays.stream(shares).anyMatch(share -> !(share > 0))
        || Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException(
          "splits: expected shares above 0 that add up to 1, got " + Arrays.toString(shares));
    }
  }

  private static List<Dataset> datasets(Dataset data, List<int[]> parts) {
    return parts.stream().map(data::subset).toList();
  }

  /** The indices of each part, ascending. */
  private static List<int[]> parts(int size, long seed, double[] shares, IntUnaryOperator label) {
    TreeMap<Integer, List<Integer>> classes = new TreeMap<>();
    for (int index : Permutation.shuffled(size, seed, 0)) {
      classes.computeIfAbsent(label.applyAsInt(index), _ -> new ArrayList<>()).add(index);
    }
    List<List<Integer>> parts = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      parts.add(new ArrayList<>());
    }
    double[] due = new double[shares.length];
    for (List<Integer> members : classes.values()) {
      deal(members, shares, due, parts);
    }
    return parts.stream()
        .map(part -> part.stream().mapToInt(Integer::intValue).sorted().toArray())
        .toList();
  }

  /**
   * Gives every part its share of a class, rounded down, and the rest to those that are owed most,
   * counting what the classes before left open.
   */
  private static void deal(
      List<Integer> members, double[] shares, double[] due, List<List<Integer>> parts) {
    int from = 0;
    int[] counts = new int[shares.length];
    for (int i = 0; i < shares.length; i++) {
      counts[i] = (int) Math.floor(shares[i] * members.size() + 1e-9);
      due[i] += shares[i] * members.size() - counts[i];
      from += counts[i];
    }
    for (int rest = members.size() - from; rest > 0; rest--) {
      int most = 0;
      for (int i = 1; i < due.length; i++) {
        most = due[i] > due[most] + 1e-9 ? i : most;
      }
      counts[most]++;
      due[most]--;
    }
    int at = 0;
    for (int i = 0; i < shares.length; i++) {
      parts.get(i).addAll(members.subList(at, at + counts[i]));
      at += counts[i];
    }
  }
}
