package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.CopyRange;
import io.sojourn.protocol.files.Entries;
import io.sojourn.protocol.files.Forget;
import io.sojourn.protocol.files.Open;
import io.sojourn.protocol.files.OpenHandle;
import io.sojourn.protocol.files.Request;

/** Which call is done by whom. Runs on a thread that has taken the task's identity. */
final class Calls {
  private final GuestFiles files;
  private final NameCalls names;
  private final StatusCalls status;
  private final ContentCalls content;
  private final DirectoryCalls directories;
  private final LockService locks;
  private final SocketCalls sockets;
  private final FifoCalls fifos;
  private final Look look;

  Calls(GuestFiles files) {
    this.files = files;
    names = new NameCalls(files);
    status = new StatusCalls(files);
    content = new ContentCalls(files);
    directories = new DirectoryCalls(files);
    locks = new LockService(files);
    sockets = new SocketCalls(files);
    fifos = new FifoCalls(files);
    look = new Look(files);
  }

  static boolean mayWait(Request request) {
    return switch (request.getCallCase()) {
      case SET_LOCK -> request.getSetLock().getWait();
      case WHOLE_LOCK -> request.getWholeLock().getWait();
      // As long as it takes to read all of a file.
      case DIGEST -> true;
      // As long as who listens does not accept.
      case CONNECT_SOCKET -> true;
      // As long as the deputy needs.
      case FIFO -> true;
      default -> false;
    };
  }

  /**
   * @param progress how much of it an earlier daemon has done
   */
  Answer.Builder perform(Request request, Wait wait, OnceOnly.Progress progress) {
    Answer.Builder answer = Answer.newBuilder();
    try {
      perform(request, answer, wait, progress);
      if (changesDirectory(request)) answer.setDirectory(files.attributes(node(request)));
    } catch (Refused e) {
      answer.clearResult().setErrno(e.errno());
      if (request.getTellNames() && e.errno() == ErrorNumber.ENOENT) tellNames(request, answer);
    }
    return answer;
  }

  private void tellNames(Request request, Answer.Builder answer) {
    try {
      directories.names(node(request)).ifPresent(answer::setNames);
    } catch (Refused notListed) {
      // Whoever may look into a directory may not always list it.
      answer.clearNames();
    }
  }

  private void perform(
      Request request, Answer.Builder answer, Wait wait, OnceOnly.Progress progress)
      throws Refused {
    boolean done = progress.all();
    switch (request.getCallCase()) {
      case LOOKUP ->
          answer.setEntry(sockets.heard(files.lookup(node(request), request.getLookup())));
      case GET_ATTRIBUTES -> answer.setAttributes(files.attributes(node(request)));
      case SET_ATTRIBUTES ->
          answer.setAttributes(status.set(node(request), request.getSetAttributes()));
      case READ_LINK -> answer.setData(status.readLink(node(request)));
      case SYMLINK -> answer.setEntry(names.symlink(node(request), request.getSymlink(), done));
      case MAKE_NODE -> answer.setEntry(names.makeNode(node(request), request.getMakeNode(), done));
      case MAKE_DIRECTORY ->
          answer.setEntry(names.makeDirectory(node(request), request.getMakeDirectory(), done));
      case UNLINK -> names.remove(node(request), request.getUnlink(), 0, done);
      case REMOVE_DIRECTORY ->
          names.remove(node(request), request.getRemoveDirectory(), FileCalls.AT_REMOVEDIR, done);
      case RENAME -> names.rename(node(request), request.getRename(), done);
      case LINK -> answer.setEntry(names.link(node(request), request.getLink(), done));
      case CREATE ->
          answer.setCreated(
              names.create(node(request), request.getCreate(), request.getId(), done));
      case OPEN ->
          answer.setHandle(
              opened(
                  node(request),
                  request.getOpen(),
                  content.open(node(request), request.getOpen(), request.getId())));
      case OPEN_DIRECTORY ->
          answer.setHandle(handle(directories.open(node(request), request.getId())));
      case READ -> answer.setData(content.read(request.getRead()));
      case WRITE -> answer.setWritten(content.write(request.getWrite(), progress.done()));
      case FLUSH -> locks.flush(node(request), request.getFlush().getOwner());
      case RELEASE -> {
        files.lentLocks().closed(request.getRelease().getHandle());
        files.handles().release(request.getRelease().getHandle());
      }
      case SYNC -> content.sync(request.getSync());
      case READ_DIRECTORY -> answer.setEntries(directories.read(request.getReadDirectory()));
      case FILE_SYSTEM -> answer.setFileSystem(status.fileSystem(node(request)));
      case ACCESS -> status.access(node(request), request.getAccess().getMode());
      case SET_EXTENDED -> {
        if (!done) status.setExtended(node(request), request.getSetExtended());
      }
      case GET_EXTENDED -> answer.setData(status.extended(node(request), request.getGetExtended()));
      case LIST_EXTENDED -> answer.setData(status.extendedNames(node(request)));
      case REMOVE_EXTENDED -> {
        if (!done) status.removeExtended(node(request), request.getRemoveExtended());
      }
      case ALLOCATE -> {
        if (!done) content.allocate(request.getAllocate());
      }
      case SEEK -> answer.setNumber(content.seek(request.getSeek()));
      case COPY_RANGE -> {
        CopyRange call = request.getCopyRange();
        Before before = progress.before();
        answer.setNumber(content.copy(before == null ? call : look.asItWas(call, before)));
      }
      case TEST_LOCK -> answer.setLock(locks.test(request.getTestLock()));
      case SET_LOCK -> locks.set(request.getSetLock(), wait);
      case WHOLE_LOCK -> locks.whole(request.getWholeLock(), wait);
      case DIGEST -> answer.setData(content.digest(node(request), request.getDigest().getKnown()));
      case CONNECT_SOCKET -> answer.setData(sockets.connect(node(request)));
      case FIFO -> answer.setNumber(fifos.perform(node(request), request.getFifo()));
      case FORGET -> forget(request.getForget());
      case DISOWN -> {
        // Whoever knows what was answered lets go of it.
      }
      case CALL_NOT_SET -> throw new Refused(ErrorNumber.ENOSYS);
    }
  }

  private static boolean changesDirectory(Request request) {
    return switch (request.getCallCase()) {
      case CREATE, MAKE_NODE, SYMLINK, UNLINK, MAKE_DIRECTORY, REMOVE_DIRECTORY -> true;
      default -> false;
    };
  }

  private Node node(Request request) throws Refused {
    return files.nodes().get(request.getNode());
  }

  private void forget(Forget forget) {
    for (Forget.One one : forget.getNodesList()) files.forget(one.getNode(), one.getLookups());
  }

  /** Nobody has heard the answer to that request: what it gives is given back. */
  void undo(long request, Answer answer) {
    files.lentLocks().closed(request);
    // An open file has its request's number.
    files.handles().release(request);
    if (answer.hasEntry()) files.forget(answer.getEntry().getNode(), 1);
    if (answer.hasCreated()) files.forget(answer.getCreated().getEntry().getNode(), 1);
    for (Entries.One one : answer.getEntries().getEntriesList())
      if (one.hasEntry()) files.forget(one.getEntry().getNode(), 1);
  }

  private OpenHandle opened(Node node, Open call, Handle handle) throws Refused {
    if (!FileCalls.onlyReads(call.getFlags()) || !node.watched()) return handle(handle);
    return handle(handle).toBuilder()
        .setPath(node.path())
        .setSize(files.attributes(node).getSize())
        .build();
  }

  private static OpenHandle handle(Handle opened) {
    return OpenHandle.newBuilder()
        .setHandle(opened.id())
        .setWatched(opened.node().watched())
        .build();
  }
}
