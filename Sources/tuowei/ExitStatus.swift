import EventStore
import Projections

/// The exit statuses of the program (`interfaces.md`).
enum ExitStatus: Int32, Error {
    /// Done.
    case done = 0
    /// A check failed: a figure does not replay, a log is damaged.
    case checkFailed = 1
    /// Nothing could be done: arguments, pipeline or reference data are refused.
    case refused = 2
    /// Done, but an archive was refused, or what `--fail-on` names came about.
    case doneWithRefusals = 3
}

/// A failure with the words for whoever called.
struct Refusal: Error {
    /// The status to exit with.
    let status: ExitStatus
    /// What is wrong, where, and what to do.
    let message: String

    init(_ message: String, status: ExitStatus = .refused) {
        self.status = status
        self.message = message
    }
}

/// Runs `body` and gives each room's error the exit status that fits it: what a room says of damage to the record is a failed check, all
/// else gets `status`.
func refusing<Value>(as status: ExitStatus = .refused, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let refusal as Refusal {
        throw refusal
    } catch let status as ExitStatus {
        throw status
    } catch let error as StoreError {
        throw Refusal("\(error)", status: error.isDamage ? .checkFailed : .refused)
    } catch let error as ProjectionError {
        throw Refusal("\(error)", status: error.isDamage ? .checkFailed : .refused)
    } catch {
        throw Refusal("\(error)", status: status)
    }
}

extension StoreError {
    /// Whether the record itself is to blame, not the call or the machine.
    var isDamage: Bool {
        switch self {
        case .damaged, .badCheckpoint: true
        default: false
        }
    }
}

extension ProjectionError {
    /// Whether the record itself is to blame.
    var isDamage: Bool {
        switch self {
        case .inconsistentBlock, .inconsistentIdentifiers, .damagedHistories: true
        case .tooManyEvents, .tooManyFindings, .tooManyCuts, .amountsTooLarge: false
        }
    }
}
