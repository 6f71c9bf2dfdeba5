import Glibc
import Synchronization

/// What a person or the system asks for with SIGINT (Ctrl-C), SIGTERM or SIGHUP: to stop, leaving nothing half done.
///
/// A thread of its own takes the signals. While something stands on the disk that is to be taken back (``whileCleaning(_:)``), the
/// work is asked to stop and takes it back itself; otherwise, and at a second signal, the program ends at once. It ends by the
/// signal, so that whoever called it sees that (a shell: 130, 143, 129).
enum Interruption {
    /// Thrown to unwind work that was asked to stop.
    struct Stop: Error {
        /// The signal.
        let signal: Int32
    }

    private struct State {
        var signal: Int32?
        /// Works that are taking place and take back what they leave.
        var works = 0
        var temporary: [String] = []
    }
    private static let state = Mutex(State())

    /// Begins to listen; called before there is another thread. A signal that whoever called ignores (`nohup`) stays ignored.
    static func listen() {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            var present = sigaction()
            sigaction(signal, nil, &present)
            if present.__sigaction_handler.sa_handler == nil { sigaddset(&wanted, signal) }
        }
        pthread_sigmask(SIG_BLOCK, &wanted, nil)
        var thread = pthread_t()
        let pointer = UnsafeMutablePointer<sigset_t>.allocate(capacity: 1)
        pointer.initialize(to: wanted)
        let started = pthread_create(
            &thread, nil,
            { argument in
                guard let set = argument?.assumingMemoryBound(to: sigset_t.self) else { return nil }
                Interruption.wait(for: set)
            }, pointer)
        // Without the thread the signals keep their plain effect.
        if started != 0 { pthread_sigmask(SIG_UNBLOCK, &wanted, nil) }
    }

    private static func wait(for set: UnsafePointer<sigset_t>) -> Never {
        while true {
            var signal: Int32 = 0
            guard sigwait(set, &signal) == 0 else { continue }
            let mustEnd = state.withLock { state in
                let isSecond = state.signal != nil
                state.signal = signal
                return isSecond || state.works == 0
            }
            if mustEnd { end(by: signal) }
        }
    }

    /// Runs work that leaves something on the disk until it ends, and takes it back where it is stopped.
    static func whileCleaning<Value>(_ body: () throws -> Value) throws -> Value {
        try state.withLock { state in
            if let signal = state.signal { throw Stop(signal: signal) }
            state.works += 1
        }
        defer {
            let signal = state.withLock { state in
                state.works -= 1
                return state.works == 0 ? state.signal : nil
            }
            if let signal { end(by: signal) }
        }
        return try body()
    }

    /// Has a folder of temporary files removed where the program is stopped: for work that is not asked.
    static func removeWhenStopped(_ path: String) { state.withLock { $0.temporary.append(path) } }

    /// Throws where the work was asked to stop.
    static func check() throws {
        if let signal = state.withLock({ $0.signal }) { throw Stop(signal: signal) }
    }

    /// Says so and ends by the signal.
    static func end(by signal: Int32) -> Never {
        let name = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][signal] ?? "signal \(signal)"
        for path in state.withLock({ $0.temporary }) { Files.removeTree(path) }
        printError("stopped by \(name); store and reports are whole. Run the same command again to go on")
        Glibc.signal(signal, SIG_DFL)
        var only = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, signal)
        kill(getpid(), signal)
        pthread_sigmask(SIG_UNBLOCK, &only, nil)
        // Another thread may be the one that takes it; there is nothing to do meanwhile.
        while true { pause() }
    }
}
