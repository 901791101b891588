package dev.balboa.bindings;

import dev.balboa.bindings.LoadedNatives.Source;
import dev.balboa.bindings.NativeSettings.Candidate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the file of a library: settings first, then the bundle. A setting that names a library is
 * binding: if that library is missing or unfit the search ends with an error, and no other copy is
 * taken in its place. Only a search directory may lack a library, since it serves all of them.
 */
final class LibrarySearch {
  /**
   * A library that was found.
   *
   * @param source kind of place
   * @param target absolute path, or the bare file name for the system's linker
   * @param path the same as a path; empty for the system's linker
   * @param chosenBy the setting, or where it is by default
   */
  record Located(Source source, String target, Optional<Path> path, String chosenBy) {}

  private static final String BUNDLED = "bundled";

  private final NativePlatform platform;
  private final NativeSettings settings;
  private final NativeBundle bundle;
  private final MountTable mounts;
  private Optional<Bundled> bundled = Optional.empty();

  private record Bundled(NativeManifest manifest, NativeCache cache) {}

  LibrarySearch(
      NativePlatform platform, NativeSettings settings, NativeBundle bundle, MountTable mounts) {
    this.platform = platform;
    this.settings = settings;
    this.bundle = bundle;
    this.mounts = mounts;
  }

  /** Finds a library that must be there. */
  Located locate(LibraryFile file, SearchReport report) throws LibraryRejectedException {
    Optional<Located> set = locateBySettings(file, report);
    return set.isPresent() ? set.get() : locateBundled(file, report);
  }

  /** Returns the setting that names the library or finds it, if there is one. */
  Optional<String> setting(LibraryFile file, SearchReport report) throws LibraryRejectedException {
    return locateBySettings(file, report).map(Located::chosenBy);
  }

  /**
   * Finds a dependency: by its own settings, else where its owner came from. Returns nothing when
   * the system's linker is to find it, as it does for a system library or one that a user built.
   */
  Optional<Located> locateDependency(LibraryFile file, Located owner, SearchReport report)
      throws LibraryRejectedException {
    Optional<Located> set = locateBySettings(file, report);
    if (set.isPresent()) {
      return set;
    }
    return switch (owner.source()) {
      case BUNDLED -> Optional.of(locateBundled(file, report));
      case SYSTEM -> Optional.empty();
      case FILE, DIRECTORY -> {
        Path sibling = owner.path().orElseThrow().resolveSibling(file.file());
        yield Files.exists(sibling)
            ? Optional.of(checked(Source.DIRECTORY, "beside " + owner.target(), sibling, report))
            : Optional.empty();
      }
    };
  }

  private Optional<Located> locateBySettings(LibraryFile file, SearchReport report)
      throws LibraryRejectedException {
    for (Candidate candidate : settings.candidates(file.name())) {
      String setting = candidate.setting();
      switch (candidate) {
        case Candidate.SystemLinker _ -> {
          report.bind();
          return Optional.of(new Located(Source.SYSTEM, file.file(), Optional.empty(), setting));
        }
        case Candidate.Named named -> {
          report.bind();
          boolean directory = Files.isDirectory(named.path());
          Path path = directory ? named.path().resolve(file.file()) : named.path();
          return Optional.of(
              checked(directory ? Source.DIRECTORY : Source.FILE, setting, path, report));
        }
        case Candidate.Directory folder -> {
          report.trying(setting, folder.path().toString());
          if (!Files.isDirectory(folder.path())) {
            report.bind();
            throw new LibraryRejectedException("is not a directory");
          }
          Path path = folder.path().resolve(file.file());
          if (Files.exists(path)) {
            report.bind();
            return Optional.of(checked(Source.DIRECTORY, setting, path, report));
          }
          report.passed(setting, path + " does not exist");
        }
      }
    }
    return Optional.empty();
  }

  private Located locateBundled(LibraryFile file, SearchReport report)
      throws LibraryRejectedException {
    report.trying(BUNDLED, bundle.describe() + file.file());
    if (bundled.isEmpty()) {
      bundled = Optional.of(openBundle());
    }
    NativeManifest.Entry entry =
        bundled
            .get()
            .manifest()
            .entry(file.file())
            .orElseThrow(
                () -> new LibraryRejectedException("is not in the manifest of this build"));
    Path path = bundled.get().cache().extract(entry);
    return checked(Source.BUNDLED, BUNDLED, path, report);
  }

  private Bundled openBundle() throws LibraryRejectedException {
    NativeManifest manifest = NativeManifest.read(bundle);
    String name = platform.id() + "-" + manifest.contentHash();
    Path root = settings.cacheRoot();
    return new Bundled(
        manifest, NativeCache.open(root, name, bundle, mounts, Libc.effectiveUserId()));
  }

  private Located checked(Source source, String chosenBy, Path path, SearchReport report)
      throws LibraryRejectedException {
    report.trying(chosenBy, path.toString());
    if (!Files.isRegularFile(path)) {
      throw new LibraryRejectedException(
          Files.exists(path) ? "is not a regular file" : "does not exist");
    }
    ElfImage.check(path, platform);
    mounts.requireExecutable(path, "move the library, or remount without noexec");
    return new Located(source, path.toString(), Optional.of(path), chosenBy);
  }
}
