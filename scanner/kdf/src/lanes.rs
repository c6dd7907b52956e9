//! Several derivations in step, a lane each: the only file of fleetback with `unsafe` code.
//!
//! | way | lanes | against one at a time | needs |
//! |---|---|---|---|
//! | [`zmm`] | 16 | 2.7 | AVX-512 |
//! | [`ymm`] | 8 | 1.9 | AVX-512 on 256 bits |
//! | [`sha`] | 2 to 4 | 1.3 | the SHA instructions |
//! | [`avx2`] | 8 | 1.0, and more on a processor without SHA instructions | AVX2 |
//!
//! Speeds as docs/performance.md measured them, for as many derivations as there are lanes. The SHA
//! instructions share one port of the processor, so no more than a third is gained by interleaving them.
//! On other processors (and with one derivation only) the plain way is taken, which on ARM uses the SHA
//! instructions that there are.
//!
//! What is unsafe here: calling a function that was compiled for a processor with certain instructions
//! ([`advance`], after the processor was asked for them), and taking a vector register for the array
//! of its words (`transmute`: same size, no bit pattern that is not valid). All arithmetic is by safe
//! intrinsics. Nothing points into memory.
//!
//! A [`Derivation`] is wiped when it goes. What lay in registers, and what the compiler kept of them on
//! the stack, is not: later work overwrites it.

#![allow(
    unsafe_code,
    reason = "vector instructions are unsafe to call; derivation.rs has the same in safe code, and a test holds them together"
)]

use crate::derivation::Derivation;

/// Takes every derivation forward by so many rounds, which each must have left.
pub(crate) fn advance(derivations: &mut [&mut Derivation], rounds: u32) {
    let mut rest = derivations;
    while !rest.is_empty() {
        let way = way(rest.len());
        let count = way.lanes.min(rest.len());
        let (now, later) = rest.split_at_mut(count);
        // SAFETY: `way` gives only what this processor has the instructions for.
        unsafe { (way.advance)(now, rounds) };
        rest = later;
    }
}

/// How many derivations to take up at once where `wanted` could be.
pub(crate) fn width(wanted: usize) -> usize {
    let way = way(wanted);
    // A vector costs the same however many of its lanes are used.
    if way.is_vector {
        way.lanes
    } else {
        way.lanes.min(wanted).max(1)
    }
}

/// One way to take derivations forward.
struct Way {
    /// So many at most.
    lanes: usize,
    /// With fewer, another way is faster.
    at_least: usize,
    is_vector: bool,
    /// Has this processor the instructions?
    is_there: fn() -> bool,
    advance: unsafe fn(&mut [&mut Derivation], u32),
}

/// The first that fits is taken; the last always does.
const WAYS: &[Way] = &[
    #[cfg(target_arch = "x86_64")]
    Way {
        lanes: 16,
        at_least: 9,
        is_vector: true,
        is_there: || is_x86_feature_detected!("avx512f"),
        advance: zmm::advance,
    },
    #[cfg(target_arch = "x86_64")]
    Way {
        lanes: 8,
        at_least: 5,
        is_vector: true,
        is_there: || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl"),
        advance: ymm::advance,
    },
    #[cfg(target_arch = "x86_64")]
    Way {
        lanes: 4,
        at_least: 2,
        is_vector: false,
        is_there: || is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1"),
        advance: sha::advance,
    },
    #[cfg(target_arch = "x86_64")]
    Way {
        lanes: 8,
        at_least: 3,
        is_vector: true,
        is_there: || is_x86_feature_detected!("avx2") && !is_x86_feature_detected!("sha"),
        advance: avx2::advance,
    },
    Way {
        lanes: 1,
        at_least: 0,
        is_vector: false,
        is_there: || true,
        advance: one_by_one,
    },
];

fn way(count: usize) -> &'static Way {
    let fits = |way: &&Way| count >= way.at_least && (way.is_there)();
    WAYS.iter().find(fits).unwrap_or(&WAYS[WAYS.len() - 1])
}

fn one_by_one(derivations: &mut [&mut Derivation], rounds: u32) {
    for one in derivations {
        one.advance(rounds);
    }
}

/// Constants of the 64 steps (FIPS 180-4, 4.2.2).
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const K: [i32; 64] = {
    let words: [u32; 64] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];
    let mut signed = [0; 64];
    let mut at = 0;
    while at < 64 {
        signed[at] = words[at].cast_signed();
        at += 1;
    }
    signed
};

/// The word after the digest in its block, and the last one of the block.
#[cfg(target_arch = "x86_64")]
const AFTER_DIGEST: i32 = i32::MIN;
#[cfg(target_arch = "x86_64")]
const LAST_WORD: i32 = crate::derivation::MESSAGE_BITS.cast_signed();

/// SHA-256 on vectors, a derivation a lane: word by word as FIPS 180-4 has it. The module that calls this
/// has `splat`, `add`, `xor`, `ror`, `shr`, `xor3`, `choose` and `majority` for its `$vector`.
#[cfg(target_arch = "x86_64")]
macro_rules! vectors {
    ($features:literal, $vector:ty, $lanes:literal) => {
        use crate::derivation::{Derivation, Words};
        use crate::lanes::{AFTER_DIGEST, K, LAST_WORD};

        /// Eight words of every lane.
        type State = [$vector; 8];

        #[target_feature(enable = $features)]
        pub(super) fn advance(derivations: &mut [&mut Derivation], rounds: u32) {
            let inner = gather(derivations, |one| &one.inner);
            let outer = gather(derivations, |one| &one.outer);
            let mut last = gather(derivations, |one| &one.last);
            let mut sum = gather(derivations, |one| &one.sum);
            for _ in 0..rounds {
                hash(&inner, &mut last);
                hash(&outer, &mut last);
                sum = std::array::from_fn(|word| xor(sum[word], last[word]));
            }
            scatter(&last, derivations, |one| &mut one.last);
            scatter(&sum, derivations, |one| &mut one.sum);
        }

        /// Lanes without a derivation stay zero.
        #[target_feature(enable = $features)]
        fn gather(derivations: &[&mut Derivation], of: fn(&Derivation) -> &Words) -> State {
            let mut words = [[0; $lanes]; 8];
            for (lane, one) in derivations.iter().enumerate() {
                for (word, value) in of(one).iter().enumerate() {
                    words[word][lane] = *value;
                }
            }
            // SAFETY: as many words as the vectors have lanes.
            unsafe { std::mem::transmute::<[[u32; $lanes]; 8], State>(words) }
        }

        #[target_feature(enable = $features)]
        fn scatter(
            state: &State,
            derivations: &mut [&mut Derivation],
            of: fn(&mut Derivation) -> &mut Words,
        ) {
            // SAFETY: as many words as the vectors have lanes.
            let words = unsafe { std::mem::transmute::<State, [[u32; $lanes]; 8]>(*state) };
            for (lane, one) in derivations.iter_mut().enumerate() {
                *of(one) = std::array::from_fn(|word| words[word][lane]);
            }
        }

        /// The hash of one block of HMAC and the digest after it, which takes the place of the digest.
        #[inline]
        #[target_feature(enable = $features)]
        fn hash(keyed: &State, digest: &mut State) {
            let mut w = [splat(0); 16];
            w[..8].copy_from_slice(digest);
            w[8] = splat(AFTER_DIGEST);
            w[15] = splat(LAST_WORD);
            let mut state = *keyed;
            macro_rules! eight_steps {
                ($at:literal) => {
                    state = step::<$at>(state, &mut w);
                    state = step::<{ $at + 1 }>(state, &mut w);
                    state = step::<{ $at + 2 }>(state, &mut w);
                    state = step::<{ $at + 3 }>(state, &mut w);
                    state = step::<{ $at + 4 }>(state, &mut w);
                    state = step::<{ $at + 5 }>(state, &mut w);
                    state = step::<{ $at + 6 }>(state, &mut w);
                    state = step::<{ $at + 7 }>(state, &mut w);
                };
            }
            eight_steps!(0);
            eight_steps!(8);
            eight_steps!(16);
            eight_steps!(24);
            eight_steps!(32);
            eight_steps!(40);
            eight_steps!(48);
            eight_steps!(56);
            *digest = std::array::from_fn(|word| add(state[word], keyed[word]));
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn step<const AT: usize>(state: State, w: &mut [$vector; 16]) -> State {
            if AT >= 16 {
                w[AT % 16] = scheduled::<AT>(w);
            }
            let [a, b, c, d, e, f, g, h] = state;
            let word = add(w[AT % 16], splat(K[AT]));
            let of_e = xor3(ror::<6>(e), ror::<11>(e), ror::<25>(e));
            let of_a = xor3(ror::<2>(a), ror::<13>(a), ror::<22>(a));
            let first = add(add(h, word), add(of_e, choose(e, f, g)));
            let second = add(of_a, majority(a, b, c));
            [add(first, second), a, b, c, add(d, first), e, f, g]
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn scheduled<const AT: usize>(w: &[$vector; 16]) -> $vector {
            let (near, far) = (w[(AT + 14) % 16], w[(AT + 1) % 16]);
            let of_near = xor3(ror::<17>(near), ror::<19>(near), shr::<10>(near));
            let of_far = xor3(ror::<7>(far), ror::<18>(far), shr::<3>(far));
            add(add(add(w[AT % 16], w[(AT + 9) % 16]), of_far), of_near)
        }
    };
}

/// 16 lanes with AVX-512.
#[cfg(target_arch = "x86_64")]
mod zmm {
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi32 as add, _mm512_ror_epi32 as ror, _mm512_set1_epi32 as splat,
        _mm512_srli_epi32 as shr, _mm512_ternarylogic_epi32 as logic, _mm512_xor_si512 as xor,
    };

    vectors!("avx512f", __m512i, 16);

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        logic::<0b1001_0110>(a, b, c)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn choose(which: __m512i, a: __m512i, b: __m512i) -> __m512i {
        logic::<0b1100_1010>(which, a, b)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn majority(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        logic::<0b1110_1000>(a, b, c)
    }
}

/// 8 lanes with AVX-512's instructions for 256 bits.
#[cfg(target_arch = "x86_64")]
mod ymm {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32 as add, _mm256_ror_epi32 as ror, _mm256_set1_epi32 as splat,
        _mm256_srli_epi32 as shr, _mm256_ternarylogic_epi32 as logic, _mm256_xor_si256 as xor,
    };

    vectors!("avx512f,avx512vl", __m256i, 8);

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn xor3(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        logic::<0b1001_0110>(a, b, c)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn choose(which: __m256i, a: __m256i, b: __m256i) -> __m256i {
        logic::<0b1100_1010>(which, a, b)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn majority(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        logic::<0b1110_1000>(a, b, c)
    }
}

/// 8 lanes with AVX2, which has neither rotation nor logic of three.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm_cvtsi32_si128, _mm256_add_epi32 as add, _mm256_and_si256 as and,
        _mm256_or_si256 as or, _mm256_set1_epi32 as splat, _mm256_sll_epi32,
        _mm256_srli_epi32 as shr, _mm256_xor_si256 as xor,
    };

    vectors!("avx2", __m256i, 8);

    #[inline]
    #[target_feature(enable = "avx2")]
    fn ror<const BITS: i32>(a: __m256i) -> __m256i {
        let high = _mm256_sll_epi32(a, _mm_cvtsi32_si128(32 - BITS));
        or(shr::<BITS>(a), high)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn xor3(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        xor(xor(a, b), c)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn choose(which: __m256i, a: __m256i, b: __m256i) -> __m256i {
        xor(b, and(which, xor(a, b)))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn majority(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        or(and(a, b), and(c, or(a, b)))
    }
}

/// 2 to 4 derivations interleaved over the SHA instructions: while one waits for its result, the
/// others use the unit.
#[cfg(target_arch = "x86_64")]
mod sha {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32 as add, _mm_alignr_epi8, _mm_set_epi32, _mm_setzero_si128,
        _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32,
        _mm_unpackhi_epi64, _mm_unpacklo_epi64, _mm_xor_si128 as xor,
    };

    use super::{AFTER_DIGEST, K, LAST_WORD};
    use crate::derivation::{Derivation, Words};

    /// A digest in the order of its words, or the words of half a block.
    type Halves = [__m128i; 2];
    /// A state in the order that the instructions want: words f, e, b, a and h, g, d, c.
    type State = [__m128i; 2];
    /// The 16 words that the next steps take.
    type Schedule = [__m128i; 4];

    #[target_feature(enable = "sha,sse4.1")]
    pub(super) fn advance(derivations: &mut [&mut Derivation], rounds: u32) {
        match derivations {
            [a, b, c, d] => interleaved([a, b, c, d], rounds),
            [a, b, c] => interleaved([a, b, c], rounds),
            [a, b] => interleaved([a, b], rounds),
            others => super::one_by_one(others, rounds),
        }
    }

    #[target_feature(enable = "sha,sse4.1")]
    fn interleaved<const N: usize>(derivations: [&mut Derivation; N], rounds: u32) {
        let inner: [State; N] = std::array::from_fn(|n| state(&derivations[n].inner));
        let outer: [State; N] = std::array::from_fn(|n| state(&derivations[n].outer));
        let mut last: [Halves; N] = std::array::from_fn(|n| halves(&derivations[n].last));
        let mut sum: [Halves; N] = std::array::from_fn(|n| halves(&derivations[n].sum));
        for _ in 0..rounds {
            hash(&inner, &mut last);
            hash(&outer, &mut last);
            for n in 0..N {
                sum[n] = [xor(sum[n][0], last[n][0]), xor(sum[n][1], last[n][1])];
            }
        }
        for (n, one) in derivations.into_iter().enumerate() {
            one.last = words(last[n]);
            one.sum = words(sum[n]);
        }
    }

    /// The hash of one block of HMAC and the digest after it, which takes the place of the digest.
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn hash<const N: usize>(keyed: &[State; N], digests: &mut [Halves; N]) {
        let third = _mm_set_epi32(0, 0, 0, AFTER_DIGEST);
        let fourth = _mm_set_epi32(LAST_WORD, 0, 0, 0);
        let mut w = [[_mm_setzero_si128(); 4]; N];
        for n in 0..N {
            w[n] = [digests[n][0], digests[n][1], third, fourth];
        }
        let mut states = *keyed;
        macro_rules! sixteen_steps {
            ($at:literal) => {
                four_steps::<N, $at>(&mut states, &mut w);
                four_steps::<N, { $at + 1 }>(&mut states, &mut w);
                four_steps::<N, { $at + 2 }>(&mut states, &mut w);
                four_steps::<N, { $at + 3 }>(&mut states, &mut w);
            };
        }
        sixteen_steps!(0);
        sixteen_steps!(4);
        sixteen_steps!(8);
        sixteen_steps!(12);
        for n in 0..N {
            let sums = [
                add(states[n][0], keyed[n][0]),
                add(states[n][1], keyed[n][1]),
            ];
            digests[n] = in_order(sums);
        }
    }

    /// Four steps of every derivation before the next four of any.
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn four_steps<const N: usize, const AT: usize>(states: &mut [State; N], w: &mut [Schedule; N]) {
        let k = _mm_set_epi32(K[4 * AT + 3], K[4 * AT + 2], K[4 * AT + 1], K[4 * AT]);
        if AT >= 4 {
            for w in w.iter_mut() {
                w[AT % 4] = scheduled::<AT>(w);
            }
        }
        for n in 0..N {
            let words = add(w[n][AT % 4], k);
            let [abef, cdgh] = states[n];
            let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
            let words = _mm_shuffle_epi32::<0b00_00_11_10>(words);
            states[n] = [_mm_sha256rnds2_epu32(abef, cdgh, words), cdgh];
        }
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn scheduled<const AT: usize>(w: &Schedule) -> __m128i {
        let of = |ahead: usize| w[(AT + ahead) % 4];
        let far = _mm_sha256msg1_epu32(of(0), of(1));
        let middle = _mm_alignr_epi8::<4>(of(3), of(2));
        _mm_sha256msg2_epu32(add(far, middle), of(3))
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn in_order([abef, cdgh]: State) -> Halves {
        let abef = _mm_shuffle_epi32::<0b00_01_10_11>(abef);
        let cdgh = _mm_shuffle_epi32::<0b00_01_10_11>(cdgh);
        [
            _mm_unpacklo_epi64(abef, cdgh),
            _mm_unpackhi_epi64(abef, cdgh),
        ]
    }

    #[target_feature(enable = "sha,sse4.1")]
    fn state(words: &Words) -> State {
        let [a, b, c, d, e, f, g, h] = words.map(u32::cast_signed);
        [_mm_set_epi32(a, b, e, f), _mm_set_epi32(c, d, g, h)]
    }

    #[target_feature(enable = "sha,sse4.1")]
    fn halves(words: &Words) -> Halves {
        let [a, b, c, d, e, f, g, h] = words.map(u32::cast_signed);
        [_mm_set_epi32(d, c, b, a), _mm_set_epi32(h, g, f, e)]
    }

    fn words(halves: Halves) -> Words {
        // SAFETY: eight words each.
        unsafe { std::mem::transmute::<Halves, Words>(halves) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::derivation::derive;

    fn plainly(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
        pbkdf2::pbkdf2_hmac_array::<sha2::Sha256, 32>(password, salt, rounds)
    }

    type Input = (Vec<u8>, Vec<u8>);

    /// Passwords and salts of any length: a block of SHA-256 has 64 bytes.
    fn inputs() -> impl Strategy<Value = Vec<Input>> {
        let bytes = || {
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..140),
                Just(vec![7; 64])
            ]
        };
        prop::collection::vec((bytes(), bytes()), 1..=17)
    }

    fn start(inputs: &[Input], rounds: impl Fn(usize) -> u32) -> Vec<Derivation> {
        let one = |(number, (password, salt)): (usize, &Input)| {
            Derivation::new(password, salt, rounds(number))
        };
        inputs.iter().enumerate().map(one).collect()
    }

    proptest! {
        #[test]
        fn each_way_agrees_with_the_plain_one(inputs in inputs(), rounds in 2..9_u32) {
            for way in WAYS.iter().filter(|way| (way.is_there)()) {
                for inputs in inputs.chunks(way.lanes) {
                    let mut derivations = start(inputs, |_| 1);
                    let mut all: Vec<_> = derivations.iter_mut().collect();
                    // SAFETY: the instructions are there.
                    unsafe { (way.advance)(&mut all, rounds - 1) };
                    for (one, (password, salt)) in derivations.iter().zip(inputs) {
                        let wanted = plainly(password, salt, rounds);
                        prop_assert_eq!(*one.key().unwrap(), wanted, "{} lanes", way.lanes);
                    }
                }
            }
        }

        #[test]
        fn each_has_its_own_rounds(inputs in inputs(), most in 1..40_u32) {
            let rounds = |number: usize| 1 + (number as u32 * 7) % most;
            let mut derivations = start(&inputs, rounds);
            prop_assert!(derive(&mut derivations, &|| true));
            for (number, (one, (password, salt))) in derivations.iter().zip(&inputs).enumerate() {
                prop_assert_eq!(*one.key().unwrap(), plainly(password, salt, rounds(number)));
            }
        }
    }

    #[test]
    fn never_fewer_are_taken_up_where_more_could_be() {
        let widths: Vec<usize> = (0..40).map(width).collect();
        assert!(widths.is_sorted() && widths[0] == 1, "{widths:?}");
        assert!(widths.iter().all(|one| width(*one) == *one), "{widths:?}");
    }
}
