//! Numbers out of a safetensors file.

use safetensors::{Dtype, SafeTensors};

use super::ModelError;

/// The file that holds them.
pub(super) const FILE: &str = "model.safetensors";

/// The tensors of a file.
pub(super) struct Tensors<'f>(SafeTensors<'f>);

impl<'f> Tensors<'f> {
    /// Reads the directory of a file, and checks that it fits what follows.
    pub(super) fn read(bytes: &'f [u8]) -> Result<Self, ModelError> {
        SafeTensors::deserialize(bytes).map(Self).map_err(|error| ModelError::broken(FILE, error))
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok()
    }

    /// Its shape.
    pub(super) fn shape(&self, name: &str) -> Result<Vec<usize>, ModelError> {
        Ok(self.tensor(name)?.shape().to_vec())
    }

    fn tensor(&self, name: &str) -> Result<safetensors::tensor::TensorView<'f>, ModelError> {
        self.0.tensor(name).map_err(|_| ModelError::broken(FILE, format!("there is no `{name}`")))
    }

    /// Its numbers, where it has this shape and all of them are finite.
    pub(super) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let tensor = self.tensor(name)?;
        if tensor.shape() != shape {
            let found = format!("`{name}` has the shape {:?}, where {shape:?} is expected", tensor.shape());
            return Err(ModelError::broken(FILE, found));
        }
        let bytes = tensor.data();
        let numbers: Vec<f32> = match tensor.dtype() {
            Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
            Dtype::F64 => bytes.as_chunks::<8>().0.iter().map(|eight| f64::from_le_bytes(*eight) as f32).collect(),
            Dtype::F16 => bytes.as_chunks::<2>().0.iter().map(|two| half(u16::from_le_bytes(*two))).collect(),
            Dtype::BF16 => {
                let wide = |two: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*two)) << 16);
                bytes.as_chunks::<2>().0.iter().map(wide).collect()
            }
            Dtype::I8 => bytes.iter().map(|byte| f32::from(byte.cast_signed())).collect(),
            other => return Err(ModelError::unsupported(format!("`{name}` holds numbers of the kind {other:?}"))),
        };
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(numbers)
        } else {
            Err(ModelError::broken(FILE, format!("`{name}` holds something that is no number")))
        }
    }

    /// Its bytes, where it is of whole numbers of one byte.
    pub(super) fn bytes(&self, name: &str) -> Result<Option<Vec<i8>>, ModelError> {
        let tensor = self.tensor(name)?;
        Ok((tensor.dtype() == Dtype::I8).then(|| tensor.data().iter().map(|byte| byte.cast_signed()).collect()))
    }

    /// Its numbers, where it is a list of this many that name places.
    pub(super) fn places(&self, name: &str, count: usize) -> Result<Vec<u32>, ModelError> {
        let tensor = self.tensor(name)?;
        let wrong = || ModelError::broken(FILE, format!("`{name}` is no list of {count} places"));
        if tensor.shape() != [count] {
            return Err(wrong());
        }
        let places: Option<Vec<u32>> = match tensor.dtype() {
            Dtype::I64 => {
                let place = |eight: &[u8; 8]| u32::try_from(i64::from_le_bytes(*eight)).ok();
                tensor.data().as_chunks::<8>().0.iter().map(place).collect()
            }
            Dtype::I32 | Dtype::U32 => {
                tensor.data().as_chunks::<4>().0.iter().map(|four| Some(u32::from_le_bytes(*four))).collect()
            }
            _ => None,
        };
        places.ok_or_else(wrong)
    }
}

/// An IEEE 754 number of 16 bits.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, i32::from((bits >> 10) & 31), f32::from(bits & 1023));
    let size = match exponent {
        0 => fraction / 1024.0 * 2_f32.powi(-14),
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f32.powi(exponent - 15),
    };
    if sign == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_as_they_are_written() {
        for (bits, number) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8), (0, 0.0)]
        {
            assert!((half(bits) - number).abs() < 1e-9, "{bits:x}");
        }
        assert!(half(0x7c00).is_nan(), "infinity is no number that a model may have");
    }

    #[test]
    fn a_file_that_is_none_says_so() {
        assert!(Tensors::read(b"nothing").is_err());
    }
}
