import Foundation
import Testing

@testable import Archives

@Suite struct OuterFileTests {
    // The limit is for what would wait for ever; on a busy machine the other tests alone take minutes.
    @Test(.timeLimit(.minutes(20))) func refusesWhatIsNoFileWithoutWaiting() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        func kind(_ path: String) -> String? {
            guard
                case .failure(.notARegularFile(_, let kind)) = Result(catching: { () throws(ArchiveError) in try ArchiveReader(path: path) }
                )
            else { return nil }
            return kind
        }
        #expect(kind(folder.path) == "a folder")
        #expect(kind(pipe) == "a pipe")
        #expect(kind("/dev/zero") == "a device")
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let socketPath = folder.path + "/s"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8.prefix($0.count - 1)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        try #require(bound == 0)
        #expect(kind(socketPath) == "a socket")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "nowhere")
        #expect(throws: ArchiveError.inaccessible(archive: folder.path + "/link", errno: ENOENT)) {
            try ArchiveReader(path: folder.path + "/link")
        }
        #expect(throws: ArchiveError.inaccessible(archive: folder.path + "/none", errno: ENOENT)) {
            try ArchiveReader(path: folder.path + "/none")
        }
    }

    @Test func seesThatTheFileChanges() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("births.csv", Array(lines.utf8))
        let reader = try ArchiveReader(path: path)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("more\n".utf8))
        try handle.close()
        #expect(throws: ArchiveError.changed(archive: path)) { while true { if case .end = try reader.next() { break } } }
        let shrinking = try ArchiveReader(path: path)
        try Data("short".utf8).write(to: URL(fileURLWithPath: path + ".new"))
        try #require(truncate(path, 3) == 0)
        #expect(throws: ArchiveError.changed(archive: path)) { while true { if case .end = try shrinking.next() { break } } }
    }

    @Test func tellsProgress() throws {
        let folder = try TemporaryFolder()
        let reader = try ArchiveReader(path: folder.file("births.csv", Array(lines.utf8)))
        #expect(reader.bytesRead == 0)
        #expect(reader.kind == nil)
        _ = try reader.next()
        #expect(reader.bytesRead == reader.size)
        #expect(reader.name == "births.csv")
    }
}
