// SPDX-License-Identifier: Apache-2.0
// SHA-256 over a stream, for what is too long to hold.

/// A SHA-256 under way (FIPS 180-4, section 6.2). Here because the libraries that this product
/// stands on export none; `SHA256Tests` holds it against the standard's vectors.
package struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// What came after the last whole block; always less than one.
  private var pending: [UInt8] = []
  /// In bytes.
  private var length: UInt64 = 0

  /// Begins with nothing taken in.
  package init() {}

  /// Takes in more bytes, in whatever pieces they come.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    let contiguous: Void? = bytes.withContiguousStorageIfAvailable {
      update(UnsafeRawBufferPointer($0))
    }
    if contiguous == nil { Array(bytes).withUnsafeBytes { update($0) } }
  }

  /// Takes in more bytes of memory, which is not kept.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = rest.prefix(Self.blockSize - pending.count)
      pending.append(contentsOf: taken)
      rest = rest.dropFirst(taken.count)
      guard pending.count == Self.blockSize else { return }
      let block = pending
      pending.removeAll(keepingCapacity: true)
      block.withUnsafeBytes { compress($0) }
    }
    let whole = rest.prefix(rest.count / Self.blockSize * Self.blockSize)
    if !whole.isEmpty { compress(UnsafeRawBufferPointer(rebasing: whole)) }
    pending.append(contentsOf: rest.dropFirst(whole.count))
  }

  /// The digest of all that was taken in so far; more may follow.
  package var digest: Digest {
    var last = self
    let used = (pending.count + 1) % Self.blockSize
    let zeros = used <= 56 ? 56 - used : 120 - used
    last.update([0x80] + [UInt8](repeating: 0, count: zeros))
    withUnsafeBytes(of: (length &* 8).bigEndian) { last.update($0) }
    return Digest(words: last.state)
  }

  // MARK: Blocks

  private static let blockSize = 64

  /// Takes in whole blocks.
  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    guard let start = blocks.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      Self.constants.withUnsafeBufferPointer { constants in
        state.withUnsafeMutableBufferPointer { state in
          guard let schedule = schedule.baseAddress, let constants = constants.baseAddress,
            let state = state.baseAddress
          else { return }
          var offset = 0
          while offset < blocks.count {
            Self.expand(start + offset, into: schedule)
            Self.mix(schedule, constants, into: state)
            offset &+= Self.blockSize
          }
        }
      }
    }
  }

  // Output is hashed as fast as a child can print it, in debug builds as well, where every call,
  // loop over a range and bounds check costs its full price: hence pointers, `while`, and rotations
  // written out.

  /// The message schedule of a block.
  private static func expand(
    _ block: UnsafeRawPointer, into schedule: UnsafeMutablePointer<UInt32>
  ) {
    UnsafeMutableRawPointer(schedule).copyMemory(from: block, byteCount: blockSize)
    var index = 0
    while index < 16 {
      schedule[index] = UInt32(bigEndian: schedule[index])
      index &+= 1
    }
    while index < 64 {
      let early = schedule[index &- 15]
      let late = schedule[index &- 2]
      let small0 = (early &>> 7 | early &<< 25) ^ (early &>> 18 | early &<< 14) ^ (early &>> 3)
      let small1 = (late &>> 17 | late &<< 15) ^ (late &>> 19 | late &<< 13) ^ (late &>> 10)
      schedule[index] = schedule[index &- 16] &+ small0 &+ schedule[index &- 7] &+ small1
      index &+= 1
    }
  }

  /// The sixty-four rounds over a schedule.
  private static func mix(
    _ schedule: UnsafeMutablePointer<UInt32>, _ constants: UnsafePointer<UInt32>,
    into state: UnsafeMutablePointer<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    var index = 0
    while index < 64 {
      let sum1 = (e &>> 6 | e &<< 26) ^ (e &>> 11 | e &<< 21) ^ (e &>> 25 | e &<< 7)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ constants[index] &+ schedule[index]
      let sum0 = (a &>> 2 | a &<< 30) ^ (a &>> 13 | a &<< 19) ^ (a &>> 22 | a &<< 10)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      h = g
      g = f
      f = e
      e = d &+ first
      d = c
      c = b
      b = a
      a = first &+ sum0 &+ majority
      index &+= 1
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
