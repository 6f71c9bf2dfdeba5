import Foundation

/// A folder that goes when the value does.
final class TemporaryStore {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "tuowei-store-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every file below the folder with its bytes, but for the lock.
    func files(below part: String = "") throws -> [String: Data] {
        var files: [String: Data] = [:]
        let root = part.isEmpty ? path : path + "/" + part
        guard let names = FileManager.default.enumerator(atPath: root) else { return files }
        for case let name as String in names {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isFolder), !isFolder.boolValue, name != "lock" {
                files[name] = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
            }
        }
        return files
    }

    func copy() throws -> TemporaryStore {
        let other = TemporaryStore()
        try FileManager.default.copyItem(atPath: path, toPath: other.path)
        return other
    }
}

func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
func rewrite(_ path: String, _ data: Data) throws { try data.write(to: URL(fileURLWithPath: path)) }
