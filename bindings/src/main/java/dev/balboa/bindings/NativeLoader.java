package dev.balboa.bindings;

import dev.balboa.bindings.LibrarySearch.Located;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Loads the native libraries, each dependency before the library that needs it: once a library is
 * mapped from wherever it is, the dynamic linker takes it for every later request for its SONAME.
 *
 * <p>Used once, by one thread.
 */
final class NativeLoader {
  private static final String OPENMP_PROBE = "omp_get_max_threads";

  /** What {@code balboa_team} maps. */
  private static final List<String> TEAM_SERVES = List.of("dnnl", "gomp", "balboa_kernels");

  /** Variables that bind threads to processors, as only libgomp does. */
  private static final List<String> PLACES_OF_THREADS =
      List.of("OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY");

  /**
   * The outcome.
   *
   * @param natives what was loaded
   * @param lookups symbols by logical name of the library
   */
  record Loaded(LoadedNatives natives, Map<String, SymbolLookup> lookups) {}

  private final NativePlatform platform;
  private final NativeSettings settings;
  private final NativeBundle bundle;
  private final Arena lifetime;
  private final MountTable mounts;
  private final List<LoadedNatives.Library> libraries = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, SymbolLookup> lookups = new LinkedHashMap<>();

  private NativeLoader(
      NativePlatform platform,
      NativeSettings settings,
      NativeBundle bundle,
      MountTable mounts,
      Arena lifetime) {
    this.platform = platform;
    this.settings = settings;
    this.bundle = bundle;
    this.mounts = mounts;
    this.lifetime = lifetime;
  }

  /**
   * Loads everything by the settings of this process, for its whole life. Works on a thread of its
   * own: an interrupt of the caller would close the files being extracted, and the failure is
   * final.
   *
   * @throws NativeLoadException if any library cannot be used
   */
  static Loaded loadForProcess() {
    FutureTask<Loaded> task =
        new FutureTask<>(() -> {
          NativePlatform platform = currentPlatform();
          return load(
              platform,
              NativeSettings.ofProcess(),
              NativeBundle.ofResources(platform),
              MountTable.ofProcess(),
              Arena.global());
        });
    Thread.ofPlatform().name("balboa-natives").daemon().start(task);
    try {
      return join(task);
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case NativeLoadException known -> known;
        case Throwable other ->
            new NativeLoadException("cannot load native libraries: " + other, other);
      };
    }
  }

  /**
   * Loads everything.
   *
   * @param lifetime the libraries stay mapped until it closes
   * @throws NativeLoadException if any library cannot be used
   */
  static Loaded load(
      NativePlatform platform,
      NativeSettings settings,
      NativeBundle bundle,
      MountTable mounts,
      Arena lifetime) {
    try {
      return new NativeLoader(platform, settings, bundle, mounts, lifetime).loadAll();
    } catch (IllegalCallerException e) {
      throw nativeAccessDenied(e);
    }
  }

  private Loaded loadAll() {
    LibrarySearch search = new LibrarySearch(platform, settings, bundle, mounts);
    // OpenBLAS reads this when it is mapped. Its idle threads otherwise spin for 2^26 cycles and
    // steal the cores from oneDNN's, and calls to the two in turn take several times their sum.
    Libc.setEnvironmentIfAbsent("OPENBLAS_THREAD_TIMEOUT", "4");
    // libgomp reads this when it is mapped. By default a waiting thread spins for milliseconds,
    // which costs little on an idle machine but, where other work wants the processors, keeps the
    // very thread off them that it waits for. The policy, if the user has one, says it all.
    if (settings.environment().apply("OMP_WAIT_POLICY") == null) {
      Libc.setEnvironmentIfAbsent("GOMP_SPINCOUNT", "10000");
    }
    openTeam(search);
    for (LibraryFile file : LibraryFile.all(platform)) {
      SearchReport report = new SearchReport(file.name(), platform);
      try {
        Located located = search.locate(file, report);
        for (String dependency : file.dependencies()) {
          LibraryFile needed = LibraryFile.of(platform, dependency);
          Optional<Located> found = search.locateDependency(needed, located, report);
          if (found.isPresent()) {
            open(needed, found.get(), report);
          } else {
            notes.add(needed.file() + " is left to the system's dynamic linker");
          }
        }
        open(file, located, report);
      } catch (LibraryRejectedException e) {
        throw report.failure(e);
      }
    }
    bindOpenMp();
    return new Loaded(new LoadedNatives(platform, libraries, notes), Map.copyOf(lookups));
  }

  /**
   * Maps oneDNN and our kernels through {@code balboa_team}, so that their OpenMP regions run on
   * its threads. A library looks for functions first in the one that it was mapped through, which
   * is why this comes before them, and why libraries of the user's keep to libgomp.
   */
  private void openTeam(LibrarySearch search) {
    Optional<String> reason = whyLibgomp(search);
    if (reason.isPresent()) {
      notes.add("OpenMP's threads are libgomp's: " + reason.get());
      return;
    }
    for (String served : TEAM_SERVES) {
      bundled(search, LibraryFile.of(platform, served)); // beside it, where the linker looks
    }
    LibraryFile team = LibraryFile.of(platform, "balboa_team");
    Located located = bundled(search, team);
    if (!Libc.isMapped(located.target())
        && Libc.isMapped(LibraryFile.of(platform, "dnnl").file())) {
      notes.add("OpenMP's threads are libgomp's: another oneDNN was in this process before");
      return;
    }
    SearchReport report = new SearchReport(team.name(), platform);
    try {
      open(team, located, report);
    } catch (LibraryRejectedException e) {
      throw report.failure(e);
    }
  }

  /** What of the user's needs libgomp itself. */
  private Optional<String> whyLibgomp(LibrarySearch search) {
    for (String variable : PLACES_OF_THREADS) {
      if (settings.environment().apply(variable) != null) {
        return Optional.of("environment " + variable);
      }
    }
    for (String served : TEAM_SERVES) {
      SearchReport report = new SearchReport(served, platform);
      try {
        Optional<String> setting = search.setting(LibraryFile.of(platform, served), report);
        if (setting.isPresent()) {
          return setting;
        }
      } catch (LibraryRejectedException e) {
        throw report.failure(e);
      }
    }
    return Optional.empty();
  }

  private Located bundled(LibrarySearch search, LibraryFile file) {
    SearchReport report = new SearchReport(file.name(), platform);
    try {
      return search.locate(file, report);
    } catch (LibraryRejectedException e) {
      throw report.failure(e);
    }
  }

  @SuppressWarnings("restricted") // loading native libraries is what this class is for
  private void open(LibraryFile file, Located located, SearchReport report)
      throws LibraryRejectedException {
    report.trying(located.chosenBy(), located.target());
    SymbolLookup symbols;
    try {
      symbols =
          located.path().isPresent()
              ? SymbolLookup.libraryLookup(located.path().get(), lifetime)
              : SymbolLookup.libraryLookup(located.target(), lifetime);
    } catch (IllegalArgumentException e) {
      throw new LibraryRejectedException(Libc.whyNotOpened(located.target()), e);
    }
    String version = LibraryVersions.verify(file.name(), symbols);
    String location =
        located.path().isPresent()
            ? located.target()
            : symbols.find(file.probe()).flatMap(Libc::fileOf).orElse(located.target());
    libraries.add(
        new LoadedNatives.Library(
            file.name(), located.source(), location, located.chosenBy(), version));
    lookups.put(file.name(), symbols);
  }

  /**
   * Makes the OpenMP functions that oneDNN itself is bound to available as {@code gomp}: those of
   * {@code balboa_team}, or else of a libgomp. These are looked up through oneDNN: if another
   * component of the process mapped a libgomp earlier, oneDNN got that one, and setting thread
   * counts in our own copy would change nothing.
   */
  private void bindOpenMp() {
    SymbolLookup team = lookups.remove("balboa_team");
    if (team != null) {
      String probe = LibraryFile.of(platform, "dnnl").probe();
      if (!team.find(probe).equals(lookups.get("dnnl").find(probe))) {
        throw new NativeLoadException("balboa_team maps another oneDNN than this process uses");
      }
      lookups.put("gomp", team);
      return;
    }
    SymbolLookup throughDnnl = lookups.get("dnnl");
    SymbolLookup own = lookups.get("gomp");
    Optional<MemorySegment> used = throughDnnl.find(OPENMP_PROBE);
    if (used.isEmpty()) {
      if (own == null) {
        throw new NativeLoadException(
            "no OpenMP runtime: oneDNN exports no " + OPENMP_PROBE + " and no libgomp was loaded");
      }
      return; // a platform whose lookups do not reach dependencies
    }
    Optional<String> file = Libc.fileOf(used.get());
    if (own != null && !own.find(OPENMP_PROBE).equals(used)) {
      notes.add(
          "oneDNN uses the OpenMP runtime that was already in this process: "
              + file.orElse("unknown file"));
    } else if (own == null) {
      notes.add("oneDNN uses the OpenMP runtime " + file.orElse("of an unknown file"));
    }
    lookups.put("gomp", throughDnnl);
  }

  private static Loaded join(FutureTask<Loaded> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // restored below
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static NativePlatform currentPlatform() {
    try {
      return NativePlatform.current();
    } catch (UnsupportedOperationException e) {
      throw new NativeLoadException(e.getMessage(), e);
    }
  }

  private static NativeLoadException nativeAccessDenied(IllegalCallerException cause) {
    Module module = NativeLoader.class.getModule();
    String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return new NativeLoadException(
        "native access is denied to "
            + (module.isNamed() ? "module " + name : "the class path")
            + "; start java with --enable-native-access="
            + name
            + " (or put Enable-Native-Access: "
            + "ALL-UNNAMED into the manifest of an executable jar)",
        cause);
  }
}
