use serde_core::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{tag, Error, DEEPEST};

/// Writes one value at the end of the bytes.
pub(super) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    depth: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, depth: 0 }
    }

    fn put<const N: usize>(self, tag: u8, number: [u8; N]) -> Result<(), Error> {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&number);
        Ok(())
    }

    fn put_slice(&mut self, slice: &[u8]) {
        self.bytes.extend_from_slice(&(slice.len() as u64).to_le_bytes());
        self.bytes.extend_from_slice(slice);
    }

    fn put_name(&mut self, name: &str) {
        self.put_slice(name.as_bytes());
    }

    fn deeper(self) -> Result<Self, Error> {
        match self.depth {
            DEEPEST.. => Err(Error::too_deep()),
            depth => Ok(Self { bytes: self.bytes, depth: depth + 1 }),
        }
    }

    fn many(self, tag: u8) -> Result<Many<'a>, Error> {
        let Self { bytes, depth } = self.deeper()?;
        bytes.push(tag);
        Ok(Many { bytes, depth })
    }

    fn variant(&mut self, tag: u8, name: &str) {
        self.bytes.push(tag);
        self.put_name(name);
    }
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Many<'a>;
    type SerializeTuple = Many<'a>;
    type SerializeTupleStruct = Many<'a>;
    type SerializeTupleVariant = Many<'a>;
    type SerializeMap = Many<'a>;
    type SerializeStruct = Many<'a>;
    type SerializeStructVariant = Many<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(if value { tag::TRUE } else { tag::FALSE }, [])
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.put(tag::I8, value.to_le_bytes())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.put(tag::I16, value.to_le_bytes())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.put(tag::I32, value.to_le_bytes())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.put(tag::I64, value.to_le_bytes())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.put(tag::I128, value.to_le_bytes())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.put(tag::U8, value.to_le_bytes())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.put(tag::U16, value.to_le_bytes())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.put(tag::U32, value.to_le_bytes())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.put(tag::U64, value.to_le_bytes())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.put(tag::U128, value.to_le_bytes())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.put(tag::F32, value.to_le_bytes())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.put(tag::F64, value.to_le_bytes())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.put(tag::CHAR, u32::from(value).to_le_bytes())
    }

    fn serialize_str(mut self, value: &str) -> Result<(), Error> {
        self.bytes.push(tag::STR);
        self.put_name(value);
        Ok(())
    }

    fn serialize_bytes(mut self, value: &[u8]) -> Result<(), Error> {
        self.bytes.push(tag::BYTES);
        self.put_slice(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.put(tag::NONE, [])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        let writer = self.deeper()?;
        writer.bytes.push(tag::SOME);
        value.serialize(writer)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.put(tag::UNIT, [])
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.variant(tag::UNIT_VARIANT, variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self.deeper()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut writer = self.deeper()?;
        writer.variant(tag::VARIANT, variant);
        value.serialize(writer)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Many<'a>, Error> {
        self.many(tag::SEQ)
    }

    fn serialize_tuple(self, _length: usize) -> Result<Many<'a>, Error> {
        self.many(tag::SEQ)
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Many<'a>, Error> {
        self.many(tag::SEQ)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Many<'a>, Error> {
        let mut writer = self.deeper()?;
        writer.variant(tag::VARIANT, variant);
        writer.many(tag::SEQ)
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Many<'a>, Error> {
        self.many(tag::MAP)
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Many<'a>, Error> {
        self.many(tag::MAP)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Many<'a>, Error> {
        let mut writer = self.deeper()?;
        writer.variant(tag::VARIANT, variant);
        writer.many(tag::MAP)
    }
}

/// Writes the members of a list or a map, then its end.
pub(super) struct Many<'a> {
    bytes: &'a mut Vec<u8>,
    depth: usize,
}

impl Many<'_> {
    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        value.serialize(Writer { bytes: self.bytes, depth: self.depth })
    }

    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.value(name)?;
        self.value(value)
    }

    fn finish(self) -> Result<(), Error> {
        self.bytes.push(tag::END);
        Ok(())
    }
}

macro_rules! list {
    ($($trait:ident :: $method:ident),*) => {
        $(impl $trait for Many<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.value(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}
list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl $trait for Many<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Many<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.value(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}
