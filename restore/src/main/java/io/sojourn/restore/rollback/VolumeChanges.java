package io.sojourn.restore.rollback;

import io.sojourn.engine.image.FileRules;
import io.sojourn.engine.image.VolumeTree;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.RememberedFile.Policy;
import io.sojourn.protocol.image.Volume;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What has come and gone below the volumes, but for the content of files that were remembered.
 *
 * @param files made since
 * @param links made since, or leading elsewhere now
 * @param directories made since, parents first
 * @param lostLinks that are not there as they were
 * @param lostDirectories that are not there, parents first
 */
record VolumeChanges(
    List<String> files,
    List<Volume.Link> links,
    List<String> directories,
    List<Volume.Link> lostLinks,
    List<Volume.Directory> lostDirectories) {

  static VolumeChanges of(Manifest manifest, FileRules rules, Access access) {
    Set<String> remembered =
        manifest.getRememberedList().stream()
            .map(RememberedFile::getPath)
            .collect(Collectors.toSet());
    VolumeChanges all =
        new VolumeChanges(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    for (Volume then : manifest.getVolumesList())
      all.add(then, now(then.getPath(), access), remembered, rules);
    return all;
  }

  private static VolumeTree now(String root, Access access) {
    return Files.isDirectory(Path.of(root), LinkOption.NOFOLLOW_LINKS)
        ? VolumeTree.of(root, access.user())
        : new VolumeTree(Volume.getDefaultInstance(), List.of());
  }

  private void add(Volume then, VolumeTree now, Set<String> remembered, FileRules rules) {
    now.files().stream()
        .filter(path -> !remembered.contains(path) && goes(path, rules))
        .forEach(files::add);
    Set<Volume.Link> linksThen = new HashSet<>(then.getLinksList());
    Set<Volume.Link> linksNow = new HashSet<>(now.directories().getLinksList());
    linksNow.stream()
        .filter(link -> !linksThen.contains(link) && goes(link.getPath(), rules))
        .forEach(links::add);
    linksThen.stream()
        .filter(link -> !linksNow.contains(link) && goes(link.getPath(), rules))
        .forEach(lostLinks::add);
    Set<String> directoriesThen = paths(then), directoriesNow = paths(now.directories());
    now.directories().getDirectoriesList().stream()
        .map(Volume.Directory::getPath)
        .filter(path -> !directoriesThen.contains(path) && goes(path, rules))
        .forEach(directories::add);
    then.getDirectoriesList().stream()
        .filter(directory -> !directoriesNow.contains(directory.getPath()))
        .filter(directory -> goes(directory.getPath(), rules))
        .forEach(lostDirectories::add);
  }

  private static boolean goes(String path, FileRules rules) {
    return rules.of(path).orElse(Policy.ROLLBACK) == Policy.ROLLBACK;
  }

  private static Set<String> paths(Volume volume) {
    return volume.getDirectoriesList().stream()
        .map(Volume.Directory::getPath)
        .collect(Collectors.toSet());
  }

  boolean none() {
    return files.isEmpty()
        && links.isEmpty()
        && directories.isEmpty()
        && lostLinks.isEmpty()
        && lostDirectories.isEmpty();
  }
}
